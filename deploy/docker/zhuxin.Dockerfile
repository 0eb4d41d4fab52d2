# The zhuxin program with the web console inside. Build from the root of the
# checkout:  docker build -f deploy/docker/zhuxin.Dockerfile -t zhuxin .
FROM node:20-bookworm AS console
WORKDIR /src/app/console
COPY app/console/package.json app/console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY app/console ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/app/console/dist app/console/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/zhuxin ./cmd/zhuxin

FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata && adduser -D -H -u 10001 zhuxin
COPY --from=build /out/zhuxin /usr/local/bin/
USER zhuxin
EXPOSE 8443
ENTRYPOINT ["zhuxin"]
CMD ["serve", "--roles", "gateway,api,worker"]
