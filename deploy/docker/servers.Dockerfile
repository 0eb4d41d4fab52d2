# The servers that Zhuxin builds itself, at the versions that third_party/servers
# pins. Build from the root of the checkout, one target each:
#
#   docker build -f deploy/docker/servers.Dockerfile --target kratos    -t zhuxin-kratos    .
#   docker build -f deploy/docker/servers.Dockerfile --target versitygw -t zhuxin-versitygw .
#   docker build -f deploy/docker/servers.Dockerfile --target tools     -t zhuxin-tools     .
FROM golang:1.26-bookworm AS build-servers
WORKDIR /src
COPY deploy/dev/build-server.sh deploy/dev/
COPY third_party/servers third_party/servers
RUN deploy/dev/build-server.sh third_party/servers/versitygw \
      github.com/versity/versitygw/cmd/versitygw /out/versitygw
RUN deploy/dev/build-server.sh third_party/servers/kratos github.com/ory/kratos /out/kratos \
      "-X github.com/ory/kratos/driver/config.Version=$(sed -n 's/^require github.com\/ory\/kratos //p' third_party/servers/kratos/go.mod)"

FROM golang:1.26-bookworm AS build-tools
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY deploy deploy
RUN CGO_ENABLED=0 go build -trimpath -o /out/ \
      ./deploy/kratos/cmd/kratos-run ./deploy/docker/cmd/make-bucket ./deploy/dev/cmd/mailsink

FROM alpine:3.22 AS base
RUN apk add --no-cache ca-certificates openssl tzdata && adduser -D -H -u 10001 zhuxin

FROM base AS versitygw
COPY --from=build-servers /out/versitygw /usr/local/bin/
RUN mkdir -p /data/objects /data/versions && chown -R zhuxin /data
VOLUME /data
USER zhuxin
EXPOSE 7070
ENTRYPOINT ["versitygw", "--port", ":7070", "--health", "/health", "--quiet", "posix", "--versioning-dir", "/data/versions", "/data/objects"]

FROM base AS kratos
COPY --from=build-servers /out/kratos /usr/local/bin/
COPY --from=build-tools /out/kratos-run /usr/local/bin/
USER zhuxin
EXPOSE 4433 4434
ENTRYPOINT ["kratos-run"]
CMD ["serve"]

FROM base AS tools
COPY --from=build-tools /out/make-bucket /out/mailsink /usr/local/bin/
RUN mkdir -p /data && chown zhuxin /data
USER zhuxin
