package auditlog

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// seal is one link of the chain.
type seal struct {
	position, auditID int64
	at                time.Time
	previous          []byte
}

// content is what the hash of a seal covers.
func (s seal) content(r Row) []byte {
	b := field([]byte("seal"), string(s.previous), true)
	b = binary.BigEndian.AppendUint64(b, uint64(s.position))
	b = binary.BigEndian.AppendUint64(b, uint64(s.auditID))
	b = binary.BigEndian.AppendUint64(b, uint64(s.at.UnixMicro()))
	b = field(b, string(r.MAC), true)
	return append(b, r.content(nil)...)
}

func (s seal) compute(key tink.MAC, r Row) ([]byte, error) {
	r, err := r.settled()
	if err != nil {
		return nil, fmt.Errorf("audit row %d: %w", s.auditID, err)
	}
	return key.ComputeMAC(s.content(r))
}

// settled brings JSON that came out of jsonb back into canonical form.
func (r Row) settled() (Row, error) {
	for _, v := range []*sql.NullString{&r.Before, &r.After} {
		if !v.Valid {
			continue
		}
		s, err := canonical([]byte(v.String))
		if err != nil {
			return r, err
		}
		v.String = s
	}
	return r, nil
}
