-- MLflow 3.17.2, by exchange_files.py
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
INSERT INTO experiments VALUES(0,'Default','/mlruns/0','active',1795880250764,1795880250764,'default');
INSERT INTO experiments VALUES(1,'books','/mlruns/1','active',1795880250805,1795880250805,'default');
COMMIT;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO runs VALUES('0ff636f83b1244b894df417d4e416aba','it''s: a "quoted" # name','UNKNOWN','','','ann','FINISHED',1795880250953,1795880251440,'','active','/mlruns/1/0ff636f83b1244b894df417d4e416aba/artifacts',1,NULL);
INSERT INTO runs VALUES('4209f7f62c144ca8a0b0f974d5b0c272','123','UNKNOWN','','','ann','FINISHED',1795880251484,1795880251548,'','active','/mlruns/1/4209f7f62c144ca8a0b0f974d5b0c272/artifacts',1,NULL);
INSERT INTO runs VALUES('821b5c6a682e4ed0a2b1181b430244a1','thrown away','UNKNOWN','','','ann','FINISHED',1795880251585,1795880251656,'','deleted','/mlruns/1/821b5c6a682e4ed0a2b1181b430244a1/artifacts',1,1795880251695);
INSERT INTO runs VALUES('13fc950aa1eb42deb979eeaf468cdb50','failed','UNKNOWN','','','ann','FAILED',1795880251725,1795880251747,'','active','/mlruns/1/13fc950aa1eb42deb979eeaf468cdb50/artifacts',1,NULL);
INSERT INTO runs VALUES('260945a1b5734871b297378ce1bc89d7','bold-cat-93','UNKNOWN','','','ann','RUNNING',1795880251843,NULL,'','active','/mlruns/1/260945a1b5734871b297378ce1bc89d7/artifacts',1,NULL);
COMMIT;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO params VALUES('lr','1e-4','0ff636f83b1244b894df417d4e416aba');
INSERT INTO params VALUES('layers','2','0ff636f83b1244b894df417d4e416aba');
INSERT INTO params VALUES('opt','adamw','0ff636f83b1244b894df417d4e416aba');
INSERT INTO params VALUES('empty','','0ff636f83b1244b894df417d4e416aba');
INSERT INTO params VALUES('big','12345678901234567890123','0ff636f83b1244b894df417d4e416aba');
COMMIT;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO tags VALUES('mlflow.user','ann','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.source.name','exchange_files.py','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.source.git.commit','56415074cd35ba3c997fb4f56dda17668aca5e17','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('team','nlp','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('two words','1,2','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.note.content',replace('a note\nsecond line','\n',char(10)),'0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.runName','it''s: a "quoted" # name','0ff636f83b1244b894df417d4e416aba');
INSERT INTO tags VALUES('mlflow.user','ann','4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO tags VALUES('mlflow.source.name','exchange_files.py','4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO tags VALUES('mlflow.source.git.commit','56415074cd35ba3c997fb4f56dda17668aca5e17','4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO tags VALUES('mlflow.runName','123','4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO tags VALUES('mlflow.user','ann','821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO tags VALUES('mlflow.source.name','exchange_files.py','821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO tags VALUES('mlflow.source.git.commit','56415074cd35ba3c997fb4f56dda17668aca5e17','821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO tags VALUES('mlflow.runName','thrown away','821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO tags VALUES('mlflow.user','ann','13fc950aa1eb42deb979eeaf468cdb50');
INSERT INTO tags VALUES('mlflow.source.name','exchange_files.py','13fc950aa1eb42deb979eeaf468cdb50');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','13fc950aa1eb42deb979eeaf468cdb50');
INSERT INTO tags VALUES('mlflow.source.git.commit','56415074cd35ba3c997fb4f56dda17668aca5e17','13fc950aa1eb42deb979eeaf468cdb50');
INSERT INTO tags VALUES('mlflow.runName','failed','13fc950aa1eb42deb979eeaf468cdb50');
INSERT INTO tags VALUES('mlflow.user','ann','260945a1b5734871b297378ce1bc89d7');
INSERT INTO tags VALUES('mlflow.source.name','exchange_files.py','260945a1b5734871b297378ce1bc89d7');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','260945a1b5734871b297378ce1bc89d7');
INSERT INTO tags VALUES('mlflow.source.git.commit','56415074cd35ba3c997fb4f56dda17668aca5e17','260945a1b5734871b297378ce1bc89d7');
INSERT INTO tags VALUES('mlflow.runName','bold-cat-93','260945a1b5734871b297378ce1bc89d7');
COMMIT;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO metrics VALUES('loss',5.0,1795880251077,'0ff636f83b1244b894df417d4e416aba',0,0);
INSERT INTO metrics VALUES('loss',4.5,1795880251124,'0ff636f83b1244b894df417d4e416aba',10,0);
INSERT INTO metrics VALUES('loss',4.0,1795880251160,'0ff636f83b1244b894df417d4e416aba',20,0);
INSERT INTO metrics VALUES('loss',3.5,1795880251192,'0ff636f83b1244b894df417d4e416aba',30,0);
INSERT INTO metrics VALUES('loss',3.0,1795880251224,'0ff636f83b1244b894df417d4e416aba',40,0);
INSERT INTO metrics VALUES('bad',0.0,1795880251252,'0ff636f83b1244b894df417d4e416aba',0,1);
INSERT INTO metrics VALUES('bad',1.7976931348623156223e+308,1795880251293,'0ff636f83b1244b894df417d4e416aba',1,0);
INSERT INTO metrics VALUES('bad',-1.7976931348623156223e+308,1795880251328,'0ff636f83b1244b894df417d4e416aba',2,0);
INSERT INTO metrics VALUES('at once',1.0,1795880251365,'0ff636f83b1244b894df417d4e416aba',0,0);
INSERT INTO metrics VALUES('at once',2.0,1795880251400,'0ff636f83b1244b894df417d4e416aba',0,0);
INSERT INTO metrics VALUES('loss',1.0,1795880251512,'4209f7f62c144ca8a0b0f974d5b0c272',1,0);
INSERT INTO metrics VALUES('loss',1.0,1795880251624,'821b5c6a682e4ed0a2b1181b430244a1',1,0);
INSERT INTO metrics VALUES('accuracy',0.5,1795880251916,'260945a1b5734871b297378ce1bc89d7',0,0);
COMMIT;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO latest_metrics VALUES('loss',3.0,1795880251224,40,0,'0ff636f83b1244b894df417d4e416aba');
INSERT INTO latest_metrics VALUES('bad',-1.7976931348623156223e+308,1795880251328,2,0,'0ff636f83b1244b894df417d4e416aba');
INSERT INTO latest_metrics VALUES('at once',2.0,1795880251400,0,0,'0ff636f83b1244b894df417d4e416aba');
INSERT INTO latest_metrics VALUES('loss',1.0,1795880251512,1,0,'4209f7f62c144ca8a0b0f974d5b0c272');
INSERT INTO latest_metrics VALUES('loss',1.0,1795880251624,1,0,'821b5c6a682e4ed0a2b1181b430244a1');
INSERT INTO latest_metrics VALUES('accuracy',0.5,1795880251916,0,0,'260945a1b5734871b297378ce1bc89d7');
COMMIT;
