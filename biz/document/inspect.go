package document

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strconv"
	"sync"
)

// eicar is the harmless file that every scanner knows as malicious; it shows that
// refusing works without a scanner being installed.
var eicar = []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)

// inspector looks at a file while it streams by, so that none lies in memory. What
// it finds stops the stream; finish has the last word.
type inspector struct {
	body    io.Reader
	want    fileType
	most    int64
	declare int64 // size that the client said, -1 for none
	sum     hash.Hash
	size    int64
	carry   []byte // end of what was seen, for patterns across two reads and the tail
	refuse  [][]byte

	// A store's client may still read while its Put already returned an error.
	mu      sync.Mutex
	ended   bool
	verdict error
}

// inspect looks at the head and gives the reader of the whole file.
func inspect(body io.Reader, want fileType, most, declared int64) (*inspector, error) {
	head := make([]byte, headLen)
	n, err := io.ReadFull(body, head)
	head = head[:n]
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case !want.head(head):
		return nil, ErrMismatch.With("expected", want.contentType)
	}
	return &inspector{
		body: io.MultiReader(bytes.NewReader(head), body), want: want, most: most, declare: declared,
		sum: sha256.New(), refuse: append([][]byte{eicar}, want.refuse...),
	}, nil
}

func (i *inspector) Read(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verdict != nil {
		return 0, i.verdict
	}
	n, err := i.body.Read(p)
	i.see(p[:n])
	if i.verdict != nil {
		return 0, i.verdict
	}
	switch {
	case errors.Is(err, io.EOF):
		i.ended = true
	case err != nil:
		i.verdict = err
	}
	return n, err
}

func (i *inspector) see(p []byte) {
	if len(p) == 0 {
		return
	}
	i.size += int64(len(p))
	if i.size > i.most {
		i.verdict = tooLarge(i.most)
		return
	}
	i.sum.Write(p)
	// The seam first, then the piece itself: most of the file is looked at in place.
	seam := append(i.carry, p[:min(len(p), tailLen)]...)
	for _, bad := range i.refuse {
		if bytes.Contains(seam, bad) || bytes.Contains(p, bad) {
			i.verdict = ErrMalicious
			return
		}
	}
	if len(p) >= tailLen {
		i.carry = append(i.carry[:0], p[len(p)-tailLen:]...)
		return
	}
	if over := len(seam) - tailLen; over > 0 {
		seam = append(seam[:0], seam[over:]...)
	}
	i.carry = seam
}

// finish judges the file after the store took it, or failed to by stored. A stream
// that the inspector itself broke tells more than what the store made of that.
func (i *inspector) finish(stored error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.verdict != nil:
		return i.verdict
	case i.ended && i.declare >= 0 && i.size != i.declare:
		return ErrSizeUnequal
	case stored != nil:
		return stored
	case i.want.tail != nil && !i.want.tail(i.carry):
		return ErrDamaged
	}
	return nil
}

func tooLarge(most int64) error {
	return ErrTooLarge.With("max_bytes", strconv.FormatInt(most, 10))
}
