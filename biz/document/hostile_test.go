package document_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/document"
	"zhuxin/shared/fault"
)

const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// hugePNG says that it is 60,000 by 60,000 pixels.
func hugePNG(t *testing.T) []byte {
	b := aPNG(t)
	copy(b[16:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	crc := crc32.ChecksumIEEE(b[12:29])
	copy(b[29:], []byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
	return b
}

// More than 80 hostile files: none is stored, each is decided quickly, with little
// memory and a reason (P30).
func TestHostileFiles(t *testing.T) {
	w, s, ctx := setup(t)
	p, j, g := aPDF("x"), aJPEG(t), aPNG(t)
	type hostile struct {
		what string
		in   document.UploadInput
		want error
	}
	var cases []hostile
	add := func(what string, want error, in document.UploadInput) {
		cases = append(cases, hostile{what, in, want})
	}
	contents := map[string][]byte{
		"exe": []byte("MZ\x90\x00"), "elf": []byte("\x7fELF\x02"), "html": []byte("<html><script>alert(1)</script>"), "doctype": []byte("<!DOCTYPE html>"),
		"svg": []byte(`<svg onload="alert(1)">`), "xml bomb": []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aa">]>`), "zip": []byte("PK\x03\x04"), "gzip": []byte("\x1f\x8b\x08"),
		"shell": []byte("#!/bin/sh\nrm -rf /"), "php": []byte("<?php system($_GET[0]);"), "gif": []byte("GIF89a"), "ole": []byte("\xd0\xcf\x11\xe0\xa1\xb1"),
		"nul": make([]byte, 100), "text": []byte("hello"), "gif and pdf": append([]byte("GIF89a"), p...), "pdf later": append([]byte("\n\n"), p...),
		"jpeg with no size": []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), "png with no size": []byte("\x89PNG\r\n\x1a\n"), "huge png": hugePNG(t), "tiff": []byte("II*\x00"),
	}
	for what, content := range contents {
		for _, ext := range []string{"pdf", "jpg", "png"} {
			add(what+" as "+ext, document.ErrMismatch, paper("a."+ext, content))
		}
	}
	for what, content := range map[string][]byte{"pdf as jpg": p, "png as jpg": g} {
		add(what, document.ErrMismatch, paper("a.jpg", content))
	}
	add("jpeg as pdf", document.ErrMismatch, paper("a.pdf", j))
	for _, name := range []string{"a.exe", "a.html", "a.svg", "a.pdf.exe", "a.pdf.html", "a", "a.zip", "a.docx", "a.gif", "a.p\u202efdp", "a.csv", "a.xlsx"} {
		add("name "+name, document.ErrType, paper(name, p))
	}
	for _, declared := range []string{"text/html", "image/svg+xml", "application/x-msdownload", "image/png", "multipart/form-data; boundary=x"} {
		in := paper("a.pdf", p)
		in.Declared = declared
		add("pdf declared "+declared, document.ErrMismatch, in)
	}
	for _, bad := range []string{eicar, "/S /JavaScript /JS (app.alert(1))", "/Launch", "/RichMedia"} {
		add("pdf with "+bad, document.ErrMalicious, paper("a.pdf", aPDF(bad)))
		add("late in a pdf: "+bad, document.ErrMalicious, paper("a.pdf", aPDF(strings.Repeat("x", 3<<20)+bad)))
		split := paper("a.pdf", nil) // arrives one byte at a time around a seam
		content := aPDF(strings.Repeat("x", 600<<10) + bad)
		split.Body, split.Size = &dribble{r: bytes.NewReader(content), from: 600 << 10}, int64(len(content))
		add("in pieces: "+bad, document.ErrMalicious, split)
	}
	add("eicar in a picture", document.ErrMalicious, paper("a.png", append(bytes.Clone(g[:len(g)-12]), append([]byte(eicar), g[len(g)-12:]...)...)))
	add("eicar as csv", document.ErrMalicious, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader(eicar)})
	add("binary as csv", document.ErrMismatch, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("a,b\x00")})
	add("html as csv", document.ErrMismatch, document.UploadInput{Kind: document.KindImportSource, FileName: "a.csv", Size: -1, Body: strings.NewReader("<HTML>")})
	add("old excel", document.ErrType, document.UploadInput{Kind: document.KindImportSource, FileName: "a.xls", Size: -1, Body: strings.NewReader("\xd0\xcf\x11\xe0")})
	add("cut xlsx", document.ErrDamaged, document.UploadInput{Kind: document.KindImportSource, FileName: "a.xlsx", Size: -1, Body: strings.NewReader("PK\x03\x04")})
	add("cut pdf", document.ErrDamaged, paper("a.pdf", p[:len(p)-8]))
	add("cut jpeg", document.ErrDamaged, paper("a.jpg", j[:len(j)-2]))
	add("cut png", document.ErrDamaged, paper("a.png", g[:len(g)-12]))
	add("empty", document.ErrEmpty, paper("a.pdf", nil))
	add("said too large", document.ErrTooLarge, document.UploadInput{CustomerID: &customer, Kind: document.KindOther, FileName: "a.pdf", Size: document.MaxPaper + 1, Body: failing{t}})
	add("too large, not said", document.ErrTooLarge, document.UploadInput{CustomerID: &customer, Kind: document.KindOther, FileName: "a.pdf", Size: -1,
		Body: io.MultiReader(bytes.NewReader(p), rand.NewChaCha8([32]byte{}))})
	short := paper("a.pdf", p)
	short.Size++
	add("shorter than said", document.ErrSizeUnequal, short)

	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var slowest time.Duration
	for _, c := range cases {
		began := time.Now()
		_, err := s.Upload(ctx, c.in)
		slowest = max(slowest, time.Since(began))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		if len(w.objects)+len(w.records)+len(w.entries) != 0 {
			t.Fatalf("%s: something was stored", c.what)
		}
	}
	runtime.ReadMemStats(&after)
	t.Logf("cases=%d stored=0 slowest=%v heap grew by %d MiB", len(cases), slowest, (int64(after.HeapSys)-int64(before.HeapSys))>>20)
	if len(cases) < 80 || slowest > 2*time.Second {
		t.Errorf("%d cases, slowest %v", len(cases), slowest)
	}
}

// dribble gives single bytes from an offset on.
type dribble struct {
	r    io.Reader
	from int
	at   int
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.at >= d.from && len(p) > 0 {
		p = p[:1]
	}
	n, err := d.r.Read(p)
	d.at += n
	return n, err
}

type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("a file that says it is too large was read")
	return 0, io.EOF
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	_, s, ctx := setup(t)
	for name, want := range map[string]string{
		"../../etc/passwd.pdf": "passwd.pdf", `..\..\a.pdf`: "a.pdf", "a\x00\r\n.pdf": "a.pdf", "  .hidden.pdf ": "hidden.pdf",
		"\u202efdp.a.pdf": "fdp.a.pdf", `a<b>:"|?*.pdf`: "ab.pdf", strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 116) + ".pdf",
		"a\xff.pdf": "a.pdf", "营业 执照（副本）.pdf": "营业 执照（副本）.pdf",
	} {
		d, err := s.Upload(ctx, paper(name, aPDF("")))
		if err != nil || d.FileName != want {
			t.Errorf("%q became %q, want %q: %v", name, d.FileName, want, err)
		}
	}
	for _, name := range []string{"", "/", "...", "\x00", ".pdf", " .pdf", "a/"} {
		_, err := s.Upload(ctx, paper(name, aPDF("")))
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindInvalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
	_, err := s.Upload(ctx, document.UploadInput{Kind: "x"})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("all faults at once: %v", err)
	}
}
