package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"zhuxin/app/api/route"
)

// encodeReply writes proto messages as JSON with every field present, int64 as a
// string and enums by name, and files as they are.
func encodeReply(w http.ResponseWriter, _ *http.Request, reply any) error {
	switch v := reply.(type) {
	case *route.File:
		return sendFile(w, v)
	case proto.Message:
		return sendMessage(w, v)
	}
	return fmt.Errorf("server: a service returned %T, which is neither a message nor a file", reply)
}

func sendMessage(w http.ResponseWriter, m proto.Message) error {
	if !m.ProtoReflect().IsValid() {
		return fmt.Errorf("server: a service returned no %s", m.ProtoReflect().Descriptor().FullName())
	}
	data, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(m)
	if err != nil {
		return fmt.Errorf("server: encode %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	// protojson puts in spaces at random; the same answer must be the same bytes.
	var out bytes.Buffer
	out.Grow(len(data) + 1)
	if err := json.Compact(&out, data); err != nil {
		return fmt.Errorf("server: compact %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	out.WriteByte('\n')
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = w.Write(out.Bytes()) // the client has gone; nothing is left to be told
	return nil
}

// sendFile never lets a browser render what a client uploaded: it is offered for
// saving, without sniffing, in a sandbox (OWASP ASVS 5.4).
func sendFile(w http.ResponseWriter, f *route.File) error {
	if f == nil || f.Body == nil {
		return fmt.Errorf("server: a service returned no file")
	}
	defer func() { _ = f.Body.Close() }()
	h := w.Header()
	contentType := f.ContentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h.Set("Content-Type", contentType)
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})
	if f.Name == "" || disposition == "" {
		disposition = "attachment"
	}
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if f.Size > 0 {
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	}
	// The first bytes decide: an object store that fails at once still becomes an
	// error answer; later the connection is cut, so that no half file looks whole.
	first := make([]byte, 32<<10)
	n, err := io.ReadFull(f.Body, first)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return fmt.Errorf("server: read file: %w", err)
	}
	if _, err := w.Write(first[:n]); err != nil || n < len(first) {
		return nil
	}
	if _, err := io.Copy(w, f.Body); err != nil {
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http cuts the connection by it
	}
	return nil
}
