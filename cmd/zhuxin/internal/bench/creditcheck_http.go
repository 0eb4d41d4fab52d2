package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// HTTPCall sends reservations to the running program as an ERP does: over kept
// connections, with the API key and an Idempotency-Key.
func HTTPCall(base, apiKey string, clients int) func(ctx context.Context, n int, r Reserve) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients}}
	return func(ctx context.Context, _ int, r Reserve) error {
		body, err := json.Marshal(map[string]string{"customerId": r.Customer.String(), "orderNo": r.Order, "amount": strconv.FormatInt(r.Amount, 10)})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/credit-reservations", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+apiKey)
		req.Header.Set("Idempotency-Key", r.Key)
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"outcome":"allow"`)) {
			return fmt.Errorf("%d %.300s", res.StatusCode, answer)
		}
		return nil
	}
}
