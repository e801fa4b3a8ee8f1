// Program byhand makes the call that program sdk makes, without the SDK.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
)

func main() {
	contact, err := getContact(context.Background(), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(contact.Name, contact.Phone)
}

type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

func getContact(ctx context.Context, id string) (*contact, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet,
		"https://getlate.dev/api/v1/whatsapp/contacts/"+url.PathEscape(id), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("LATE_API_KEY"))
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get contact: %s", resp.Status)
	}
	var answer struct {
		Contact contact `json:"contact"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("get contact: %w", err)
	}
	return &answer.Contact, nil
}
