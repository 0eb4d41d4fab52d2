package receivable

import "hash/maphash"

// seen remembers texts by their 64-bit hashes, in 8 to 16 bytes each, so that
// the numbers of a million documents need no million strings. It may say of a
// new text that it was there; the caller looks closer then.
type seen struct {
	seed  maphash.Seed
	slots []uint64 // 0 is free
	used  int
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), slots: make([]uint64, 1<<12)} }

// add says whether the text was there already.
func (s *seen) add(text string) bool { return s.addHash(maphash.String(s.seed, text)) }

func (s *seen) addHash(h uint64) bool {
	if h == 0 {
		h = 1
	}
	if s.insert(h) {
		return true
	}
	if s.used++; s.used*4 > len(s.slots)*3 {
		old := s.slots
		s.slots = make([]uint64, len(old)*2)
		for _, v := range old {
			if v != 0 {
				s.insert(v)
			}
		}
	}
	return false
}

func (s *seen) insert(h uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return true
		case 0:
			s.slots[i] = h
			return false
		}
	}
}

// pair gives the hash of two texts and a mark.
func (s *seen) pair(a, b string, mark bool) uint64 {
	h := maphash.String(s.seed, a)*31 + maphash.String(s.seed, b)
	if mark {
		h = ^h
	}
	return h
}
