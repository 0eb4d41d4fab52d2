// Command extract takes the first face out of a TrueType collection, without
// its hinting programs, and writes it gzipped: how font/microhei.ttf.gz came out
// of Debian's package fonts-wqy-microhei.
//
//	go run ./data/pdf/font/extract wqy-microhei.ttc data/pdf/font/microhei.ttf.gz
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"slices"
)

// kept are the tables that a PDF reader and the writer need; hints, bitmaps and
// substitutions are not among them.
var kept = []string{"OS/2", "cmap", "cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep"}

type table struct {
	tag  string
	data []byte
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: extract collection.ttc face.ttf.gz")
	}
	in, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	tables, err := face(in)
	if err != nil {
		log.Fatal(err)
	}
	out := &bytes.Buffer{}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := z.Write(assemble(tables)); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], out.Bytes(), 0o644); err != nil { //nolint:gosec // it is committed
		log.Fatal(err)
	}
}

// face reads the first face's tables.
func face(in []byte) ([]table, error) {
	if len(in) < 16 || string(in[:4]) != "ttcf" {
		return nil, fmt.Errorf("not a TrueType collection")
	}
	at := binary.BigEndian.Uint32(in[12:])
	n := int(binary.BigEndian.Uint16(in[at+4:]))
	var out []table
	for i := range n {
		r := in[int(at)+12+16*i:]
		tag, from, size := string(r[:4]), binary.BigEndian.Uint32(r[8:]), binary.BigEndian.Uint32(r[12:])
		if slices.Contains(kept, tag) {
			out = append(out, table{tag, in[from : from+size]})
		}
	}
	return out, nil
}

// assemble writes a font file of one face.
func assemble(tables []table) []byte {
	n := len(tables)
	power, shift := 1, 0
	for power*2 <= n {
		power, shift = power*2, shift+1
	}
	head := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, power * 16, shift, n*16 - power*16} {
		head = binary.BigEndian.AppendUint16(head, uint16(v)) //nolint:gosec // a handful of tables
	}
	var body []byte
	offset := len(head) + 16*n
	for _, t := range tables {
		head = append(head, t.tag...)
		head = binary.BigEndian.AppendUint32(head, checksum(t.data))
		head = binary.BigEndian.AppendUint32(head, uint32(offset+len(body))) //nolint:gosec // of a file of some MB
		head = binary.BigEndian.AppendUint32(head, uint32(len(t.data)))      //nolint:gosec // of a file of some MB
		body = append(body, t.data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(head, body...)
}

func checksum(b []byte) (sum uint32) {
	for i := 0; i < len(b); i += 4 {
		var w [4]byte
		copy(w[:], b[i:])
		sum += binary.BigEndian.Uint32(w[:])
	}
	return sum
}
