"""later.py DATA: a day passes in a village whose kiosk is off, for a tour cannot wait for tomorrow; and what was answered
wrong there once was answered by others too, for hard questions show only after some answers."""
import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/weike.db")
db.execute("UPDATE review SET last_day = last_day - 1, due_day = due_day - 1")
db.execute("UPDATE question_tally SET asked = asked + 9, wrong = wrong * 7")
db.commit()
db.close()
open(sys.argv[1] + "/weike.db-wal", "a").close()  # Python takes the journal away with it, which would look like a cut
