"""add_records.py DATA FIRST COUNT: statements FIRST.. as a kiosk would have written them, waiting to be sent."""
import hashlib, json, sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/weike.db")
for i in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
    body = json.dumps({
        "id": "01900000-0000-7000-8000-%012x" % i, "timestamp": "2026-11-22T09:%02d:%02d.000Z" % (i // 60 % 60, i % 60),
        "actor": {"account": {"homePage": "https://village.example/x", "name": "m-%03d" % (i % 7)}, "objectType": "Agent"},
        "context": {"registration": "0190c1a2-0000-7000-8000-000000000003", "extensions": {
            "urn:uuid:5aa4c884-dfa6-41d3-acf2-6cf0bc76f749#clock": {"boot_id": "5aa4c884-dfa6-41d3-acf2-6cf0bc76f749",
                "boottime_ms": 5000 + i, "trust": "rtc", "wall_raw": "2026-11-22T09:41:00.000Z"}}},
        "object": {"objectType": "Activity", "id": "urn:uuid:6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02#quiz/q1", "definition": {
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "interactionType": "choice",
            "choices": [{"description": {"en": "A"}, "id": "c1"}], "correctResponsesPattern": ["c1"]}},
        "result": {"duration": "PT1.00S", "response": "c1", "score": {"scaled": 1.0}, "success": True},
        "verb": {"display": {"en": "answered"}, "id": "http://adlnet.gov/expapi/verbs/answered"}}, separators=(",", ":")).encode()
    db.execute("INSERT INTO statement (id, state, sha256, created_ms, body) VALUES (?, 0, ?, 1795000000000, ?)",
               ("01900000-0000-7000-8000-%012x" % i, hashlib.sha256(body).digest(), body.decode()))
db.commit()
db.close()
open(sys.argv[1] + "/weike.db-wal", "a").close()  # Python takes the journal away with it, which would look like a cut
