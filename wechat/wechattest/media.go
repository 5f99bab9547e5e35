package wechattest

import "net/http"

// keptMedia is how many media are remembered.
const keptMedia = 10_000

// mediaBook knows the media of messages that phones sent, by media_id: only their
// content types, for what they show is invented. Guarded by Server.mu.
type mediaBook struct {
	types  map[string]string
	oldest []string
}

func newMediaBook() mediaBook { return mediaBook{types: map[string]string{}} }

func (b *mediaBook) add(contentType string) string {
	id := randomURLText(64)
	b.types[id] = contentType
	b.oldest = append(b.oldest, id)
	if len(b.oldest) > keptMedia {
		delete(b.types, b.oldest[0])
		b.oldest = b.oldest[1:]
	}
	return id
}

func (s *Server) mediaEndpoints() map[string]endpoint {
	return map[string]endpoint{
		"/cgi-bin/media/get": {http.MethodGet, []string{"media_id"}, true, s.getMedia},
	}
}

// mediaHeads are the first bytes by which each type is known.
var mediaHeads = map[string]string{
	"image/jpeg": "\xff\xd8\xff\xe0\x00\x10JFIF\x00\xff\xd9",
	"audio/amr":  "#!AMR\n",
	"video/mp4":  "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
}

func (s *Server) getMedia(r request) (any, *apiError) {
	s.mu.Lock()
	kind, known := s.media.types[r.query.Get("media_id")]
	s.mu.Unlock()
	if !known {
		return nil, &apiError{code: 40007}
	}
	return raw{kind, []byte(mediaHeads[kind])}, nil
}
