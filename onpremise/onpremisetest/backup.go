package onpremisetest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// saved is the content of a backup, from which another server can be restored.
type saved struct {
	Settings  onpremiseapi.ApplicationSettings
	Providers []onpremiseapi.MediaProvider
	Business  onpremiseapi.BusinessProfile
	About     string
	Account   account
}

func (a *api) backup(c *call, in onpremiseapi.BackupRequest) (any, error) {
	if err := filled("password", in.Password); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(saved{a.settings, a.providers, a.business, a.about, a.account})
	if err != nil {
		return nil, refuse(500, codeGeneric, "%v", err)
	}
	seal := sealed(in.Password)
	nonce := make([]byte, seal.NonceSize())
	rand.Read(nonce)
	data := base64.StdEncoding.EncodeToString(seal.Seal(nonce, nonce, plain, nil))
	return onpremiseapi.BackupResponse{Settings: onpremiseapi.Backup{Data: data}}, nil
}

func (a *api) restore(c *call, in onpremiseapi.RestoreRequest) (any, error) {
	if err := filled("password", in.Password, "data", in.Data); err != nil {
		return nil, err
	}
	seal := sealed(in.Password)
	data, err := base64.StdEncoding.DecodeString(in.Data)
	if err != nil || len(data) < seal.NonceSize() {
		return nil, invalid("data", "is not a backup")
	}
	nonce, data := data[:seal.NonceSize()], data[seal.NonceSize():]
	plain, err := seal.Open(nil, nonce, data, nil)
	if err != nil {
		return nil, invalid("data", "cannot be decrypted with this password")
	}
	var s saved
	if err := json.Unmarshal(plain, &s); err != nil {
		return nil, invalid("data", "is not a backup")
	}
	a.settings, a.providers, a.business, a.about, a.account = s.Settings, s.Providers, s.Business, s.About, s.Account
	a.courier.configure(a.settings)
	return done()
}

func sealed(password string) cipher.AEAD {
	key := sha256.Sum256([]byte(password))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // invalid key length
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // invalid block size
	}
	return seal
}
