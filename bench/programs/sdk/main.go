// Program sdk makes one call with the SDK. Package bench compares what it weighs with byhand.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/wabakit/wabakit-go/late"
)

func main() {
	client, err := late.NewClient(os.Getenv("LATE_API_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	contact, err := client.Contacts.Get(context.Background(), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(contact.Name, contact.Phone)
}
