package dsmr_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/dsmr"
)

const (
	key  = "0102030405060708090a0b0c0d0e0f10"
	auth = "00112233445566778899aabbccddeeff"
)

// encrypt writes a telegram as the meters of Luxembourg do (Smarty P1, 3.2.5): tag,
// system title, length, security, counter, text, proof.
func encrypt(t *testing.T, text, key, auth string, security byte) string {
	t.Helper()
	rawKey, _ := hex.DecodeString(key)
	rawAuth, _ := hex.DecodeString(auth)
	block, err := aes.NewCipher(rawKey)
	if err != nil {
		t.Fatal(err)
	}
	title, counter := []byte("SAGgp\x00\x01\x02"), []byte{0, 0, 0x12, 0x34}
	nonce := append(append([]byte{}, title...), counter...)
	var body []byte
	if security == 0x30 {
		gcm, err := cipher.NewGCMWithTagSize(block, 12)
		if err != nil {
			t.Fatal(err)
		}
		body = gcm.Seal(nil, nonce, []byte(text), append([]byte{security}, rawAuth...))
	} else {
		body = make([]byte, len(text))
		cipher.NewCTR(block, append(nonce, 0, 0, 0, 2)).XORKeyStream(body, []byte(text))
	}
	length := 5 + len(body)
	out := append([]byte{0xDB, 8}, title...)
	out = append(out, 0x82, byte(length>>8), byte(length), security)
	return string(append(append(out, counter...), body...))
}

func TestEncryptedTelegramsAreOpened(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg  dsmr.Config
		data string
	}{
		"with the usual second key": {dsmr.Config{Key: key}, encrypt(t, dutch(gas...), key, auth, 0x30)},
		"with another second key":   {dsmr.Config{Key: key, AuthKey: key}, encrypt(t, dutch(gas...), key, key, 0x30)},
		"without proof":             {dsmr.Config{Key: key}, encrypt(t, dutch(gas...), key, auth, 0x20)},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, tt.cfg)
			for i := range 3 {
				p.hear(start.Add(time.Duration(i)*10*time.Second), tt.data)
				p.wantNothingWrong()
			}
			p.want("meter power=244", "meter-gas gas=246.138")
			if got := string(p.codec.Explain(nil, []byte(tt.data))); !strings.Contains(got, "power 244 W") {
				t.Errorf("explained as %q", got)
			}
		})
	}
}

func TestWhatCannotBeOpenedIsSaid(t *testing.T) {
	good := encrypt(t, dutch(), key, auth, 0x30)
	for name, tt := range map[string]struct {
		key   adapters.Secret
		data  string
		wants []string
	}{
		"no key":              {"", good, []string{"encrypted", "key_file", "network operator"}},
		"the key of another":  {adapters.Secret("ff" + key[2:]), good, []string{"the key does not open", "SAG"}},
		"a wrong bit":         {key, good[:60] + "\x00" + good[61:], []string{"does not open"}},
		"compressed":          {key, strings.Replace(good, "\x30\x00\x00\x12", "\xB0\x00\x00\x12", 1), []string{"compressed"}},
		"not encrypted":       {key, strings.Replace(good, "\x30\x00\x00\x12", "\x10\x00\x00\x12", 1), []string{"want encrypted"}},
		"a form of no length": {key, good[:10] + "\x83" + good[11:], []string{"0x83"}},
		"too short":           {key, good[:10] + "\x05" + good[11:], []string{"of 5 bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, dsmr.Config{Key: tt.key})
			p.hear(start, tt.data)
			if len(p.errs) == 0 {
				t.Fatal("nothing is said")
			}
			for _, want := range tt.wants {
				if !strings.Contains(p.errs[0], want) {
					t.Errorf("error %q, want %q in it", p.errs[0], want)
				}
			}
			if strings.Contains(p.errs[0], string(tt.key)) && tt.key != "" {
				t.Error("the error says the key")
			}
			if len(p.seen) > 0 {
				t.Errorf("devices %v", p.seen)
			}
		})
	}
}

func TestEncryptedFramesDoNotDependOnCuts(t *testing.T) {
	stream := encrypt(t, dutch(), key, auth, 0x30) + encrypt(t, dutch(gas...), key, auth, 0x30)
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(dsmr.Config{Key: key}) },
		Stream: []byte(stream),
		Noise:  [][]byte{{0xDB}, {0xDB, 8, 'S'}, []byte("\xDB\x08SAGxxxxx\x82\xFF\xFF"), []byte("/ISK5\\2")},
	})
}

func TestABadKeyIsSaid(t *testing.T) {
	for _, cfg := range []dsmr.Config{{Key: "secret"}, {Key: key, AuthKey: "secret"}} {
		if _, err := dsmr.New("meter", cfg); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "want 32") {
			t.Errorf("got %v, want how long a key is, without the key", err)
		}
	}
}
