package approval

import (
	"testing"

	"zhuxin/shared/calendar"
)

func TestExpiredPapersJoinTheFacts(t *testing.T) {
	t.Parallel()
	got, err := addPapers([]byte(`{"customer":{"name":"x"},"reason":"y"}`), []Paper{{Kind: "business_licence", ExpiresOn: calendar.NewDate(2026, 5, 31)}})
	want := `{"customer":{"name":"x"},"expired_papers":[{"kind":"business_licence","expires_on":"2026-05-31"}],"reason":"y"}`
	if err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
}
