package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"

	"github.com/signintech/gopdf"
)

// WenQuanYi Micro Hei 0.2.0-beta, Apache-2.0 (font/LICENSE): 33,000 glyphs in 2 MB,
// because its outlines are shared among characters. See font/README.md.
//
//go:embed font/microhei.ttf.gz
var packed []byte

const (
	family = "microhei"
	// missing stands where the font has no glyph: a gap would hide that there was one.
	missing = '□'
)

// faces reads the font once; each document takes its subset from there.
var faces = sync.OnceValues(func() (*gopdf.FontContainer, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("pdf: the font inside the program is damaged: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("pdf: the font inside the program is damaged: %w", err)
	}
	c := &gopdf.FontContainer{}
	err = c.AddTTFFontDataWithOption(family, data, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return missing }})
	if err != nil {
		return nil, fmt.Errorf("pdf: the font inside the program is damaged: %w", err)
	}
	return c, nil
})
