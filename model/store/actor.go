package store

import "quxiang/model"

// byColumns are the columns of who did something.
type byColumns struct {
	Kind string `gorm:"column:by_kind"`
	ID   int64  `gorm:"column:by_id"`
	Name string `gorm:"column:by_name"`
}

func byOf(a model.Actor) byColumns { return byColumns{Kind: string(a.Kind), ID: a.ID, Name: a.Name} }

func (b byColumns) actor() model.Actor {
	return model.Actor{Kind: model.ActorKind(b.Kind), ID: b.ID, Name: b.Name}
}
