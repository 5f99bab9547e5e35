package h5

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/proof"
)

// Bounds of uploads.
const (
	parallelJudging = 2 // files judged at once, and with it the memory that takes
	uploadsAtOnce   = 60
	uploadsPause    = 10 * time.Minute // after so many files without a pause of this length
)

// received is a file of a posted form that can be kept.
type received struct {
	proof.Content
	name, digest string
}

// receive reads a posted form that may carry proofs in its field proof: values
// come to where typed finds them, files that can be kept to v.files, and what is
// wrong with the others to v.refused. Judging costs time and memory: how many
// files a graduate may send is bounded, and a page that can ask its rule before it
// reads the form does.
func (v *visit) receive() error {
	parts, err := v.c.Request.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return web.Form(v.c)
	}
	if err != nil {
		return brokenUpload(err)
	}
	values, size := url.Values{}, 0
	for n := 1; ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			v.c.Request.PostForm = values
			return nil
		}
		if err != nil {
			return brokenUpload(err)
		}
		if part.FormName() == "proof" {
			if part.FileName() == "" {
				continue // nothing was chosen
			}
			if err := v.receiveFile(part, n); err != nil {
				return err
			}
			n++
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, web.MaxForm+1))
		if err != nil {
			return brokenUpload(err)
		}
		if size += len(text); size > web.MaxForm {
			return model.Errorf(model.CodeTooLarge, "提交的内容超过 %d KB，请缩短后再试。", web.MaxForm>>10)
		}
		values.Add(part.FormName(), string(text))
	}
}

// receiveFile judges the n-th file. Its refusal is one of the file: the others
// go on.
func (v *visit) receiveFile(part *multipart.Part, n int) error {
	name := model.ProofName(part.FileName())
	refuse := func(err error) error {
		var e *model.Error
		if !errors.As(err, &e) || e.Code != model.CodeInvalid && e.Code != model.CodeTooLarge {
			return err
		}
		v.refused = append(v.refused, model.Errorf(e.Code, "第 %d 个文件（%s）：%s", n, name, e.Message).Because(err))
		return nil
	}
	if n > model.MaxProofs {
		if _, err := io.Copy(io.Discard, part); err != nil {
			return brokenUpload(err)
		}
		return refuse(model.Invalid("proof", "一次最多上传 %d 个。", model.MaxProofs))
	}
	content, err := io.ReadAll(io.LimitReader(part, model.MaxProofSize+1))
	if err == nil {
		_, err = io.Copy(io.Discard, part) // to the end, so that the browser reads our answer
	}
	if err != nil {
		return brokenUpload(err)
	}
	judged, err := v.judge(content)
	if err != nil {
		return refuse(err)
	}
	v.files = append(v.files, received{Content: judged, name: name, digest: v.h.o.Store.ProofDigest(content)})
	return nil
}

// judge judges a file when it is its turn.
func (v *visit) judge(content []byte) (proof.Content, error) {
	key := "proof/" + v.h.o.Tag("uploads", strconv.FormatInt(int64(v.record.Graduate.ID), 10))
	tries, err := v.h.o.Store.AddTry(v.ctx(), key, uploadsPause, v.now)
	if err != nil {
		return proof.Content{}, fmt.Errorf("h5: uploads: %w", err)
	}
	if tries.Count > uploadsAtOnce {
		return proof.Content{}, model.Errorf(model.CodeTooMany, "上传过于频繁，请 %d 分钟后再试。", int(uploadsPause.Minutes()))
	}
	select {
	case v.h.judging <- struct{}{}:
		defer func() {
			// A picture is larger than all else that this program ever holds: the
			// next one begins without its garbage.
			debug.FreeOSMemory()
			<-v.h.judging
		}()
	case <-v.ctx().Done():
		return proof.Content{}, v.ctx().Err()
	}
	return proof.Judge(content)
}

// brokenUpload says why a posted form could not be read to its end.
func brokenUpload(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return model.Errorf(model.CodeTooLarge, "一次上传的文件合计超过 %d MB，请分几次上传。", limit.Limit>>20).Because(err)
	}
	return model.Invalid("proof", "文件没有传完，请检查网络后重新上传。").Because(err)
}
