BEGIN TRANSACTION;
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	dao VARCHAR(200) NOT NULL, 
	conversation VARCHAR(200) NOT NULL, 
	heard TEXT NOT NULL, 
	intent VARCHAR(100), 
	slots TEXT NOT NULL, 
	reply TEXT NOT NULL, 
	expects VARCHAR(20), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1790000000,'garden','kitchen','vote yes on proposal four','cast_vote','{"choice": "for", "proposal": 4}','Your vote is on its way.',NULL);
CREATE TABLE conversations (
	id VARCHAR(200) NOT NULL, 
	dao VARCHAR(200) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('kitchen','garden','{"id":"kitchen","dao":"garden","it":4,"pending":null,"last_meaning":null,"last_text":"Your vote is on its way.","exact_text":"","pieces":[],"at":0,"misunderstood":0,"rate":1.0,"preface":"","last_word":"","heard_as":null}');
CREATE TABLE journal (
	id INTEGER NOT NULL, 
	dao VARCHAR(200) NOT NULL, 
	speaker VARCHAR(100) NOT NULL, 
	conversation VARCHAR(200) NOT NULL, 
	act TEXT NOT NULL, 
	proposal INTEGER, 
	title TEXT NOT NULL, 
	stage VARCHAR(20) NOT NULL, 
	at BIGINT NOT NULL, 
	hash VARCHAR(100), 
	raw BLOB, 
	nonce BIGINT, 
	fate VARCHAR(20), 
	told BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT stage_known CHECK (stage IN ('intended', 'signed', 'sent', 'settled', 'abandoned')), 
	CONSTRAINT fate_known CHECK (fate IS NULL OR fate IN ('done', 'reverted', 'pending', 'unsent', 'replaced')), 
	CONSTRAINT signed_has_bytes CHECK (stage NOT IN ('signed', 'sent') OR raw IS NOT NULL), 
	CONSTRAINT settled_has_fate CHECK (stage <> 'settled' OR fate IS NOT NULL)
);
INSERT INTO "journal" VALUES(1,'garden','','kitchen','{"proposal_id":4,"choice":"for","reason":"","kind":"vote"}',4,'Fund the spring audit','sent',1790000000,'0xabababababababababababababababababababababababababababababababab',X'02F8',7,NULL,0);
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
CREATE UNIQUE INDEX one_open_act ON journal (dao, speaker) WHERE stage IN ('intended', 'sent', 'signed');
CREATE INDEX audit_at ON audit (at);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
COMMIT;
