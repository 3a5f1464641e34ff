/* Who waits for an object, and who tells it (SetWait, RingWaiters, ClientCore::Seal, Watches, Burial).
 *
 *   W watches the object: enters, sets its slot, then the flag, looks again, sleeps on its bell; woken, it takes marks.
 *     It holds no reference, so that the object may go under its wait.
 *   M makes the object, seals it, rings. It may be killed at any step.
 *   R refers to it, makes it when M has died before, and gives it up, at the end or at any time.
 *   S frees what nobody holds, and buries M.
 *
 * Checked: W never sleeps for ever once the object is there or gone. Each -D breaks a rule and must be found out:
 *   NUMBER_LATE     the number comes after the flag: who seals does not look there
 *   FLAG_FIRST      the flag is set before the slot
 *   NO_KEEP         who seals does not keep the object until it has rung: it is freed, and names nobody any more
 *   RING_FIRST      the bell is rung before the mark is set
 *   CLEAR_UNRUNG    what is freed while somebody waits names nobody any more before it has been rung
 *   SILENT_BURIAL   a burial does not ring who holds what the dead has made
 *   NO_LOOK         who watches does not look at all its ids when somebody was buried
 */
mtype = { EXPECTED, CREATING, SEALED, FREEING, FREE };
mtype st = EXPECTED;
bit waited;                    /* Word::kWaited */
bit named, slot, mark, rung;   /* of W: in the holders, its wait slot, its ready mark, its bell since it was read */
bit pin;                       /* M's */
bit reference = 1;             /* R's */
bit kill, deadM, doneM, doneR, doneW;
bit buried, lookedAt;          /* served.buried, and what W has seen of it */

#define PENDING (st == EXPECTED || st == CREATING)

inline Ring() {
  if
  :: named ->
     atomic { took = slot; slot = 0 };
     if
     :: took ->
#ifdef RING_FIRST
        rung = 1; mark = 1
#else
        mark = 1; rung = 1
#endif
     :: else -> skip
     fi
  :: else -> skip
  fi }

inline Seal(keeps) {
  do
  :: atomic { (waited && !keeps) -> keeps = 1; pin = 1 }
  :: atomic { (!waited || keeps) -> st = SEALED; saw = waited; waited = 0; break }
  od }

proctype W() {
  bit ok;
arm:
  if :: (st == FREE || st == FREEING) -> goto out :: else -> skip fi;
#ifndef NUMBER_LATE
  named = 1;
#endif
#ifndef FLAG_FIRST
  slot = 1;
#endif
  atomic { if :: PENDING -> waited = 1; ok = 1 :: else -> ok = 0 fi };
#ifdef FLAG_FIRST
  slot = 1;
#endif
#ifdef NUMBER_LATE
  named = 1;
#endif
  if :: !ok -> goto out :: else -> skip fi;
take:
  rung = 0;
  if
  :: mark -> mark = 0; goto look
#ifndef NO_LOOK
  :: (buried && !lookedAt) -> lookedAt = 1; goto look
  :: (!mark && !(buried && !lookedAt)) -> skip
#else
  :: !mark -> skip
#endif
  fi;
  (rung); goto take;
look:
  if :: PENDING -> goto arm :: else -> skip fi;
out:
  doneW = 1 }

proctype M() {
  bit saw, took, keeps;
  {
    if
    :: atomic { st == EXPECTED -> st = CREATING }
    :: st == FREE -> goto gone
    fi;
#ifdef NO_KEEP
    keeps = 1;
    atomic { st = SEALED; saw = waited; waited = 0 };
#else
    Seal(keeps);
#endif
    if :: saw -> Ring() :: else -> skip fi;
    pin = 0;
gone:
    doneM = 1
  } unless { kill };
  if :: !doneM -> deadM = 1 :: else -> skip fi }

proctype R() {
  bit saw, took;
  do
  :: atomic { (buried && st == EXPECTED) -> st = CREATING };
     atomic { st = SEALED; saw = waited; waited = 0 };    /* it refers to the object, which keeps it */
     if :: saw -> Ring() :: else -> skip fi
  :: reference = 0; break
  od;
  doneR = 1 }

proctype S() {
  bit took;
  do
  :: ((st == SEALED || st == EXPECTED) && !reference && !pin) ->   /* DYING and the look are in holders.pml */
     atomic { if :: ((st == SEALED || st == EXPECTED) && !pin) -> st = FREEING :: else -> goto next fi };
#ifndef CLEAR_UNRUNG
     if :: waited -> Ring() :: else -> skip fi;
#endif
     named = 0;
#ifdef CLEAR_UNRUNG
     if :: waited -> Ring() :: else -> skip fi;
#endif
     st = FREE
  :: (deadM && !buried) ->
     if :: st == CREATING -> st = EXPECTED :: else -> skip fi;
     pin = 0;
     buried = 1;
#ifndef SILENT_BURIAL
     if :: named -> rung = 1 :: else -> skip fi
#endif
  :: (doneW && doneR && (doneM || buried)) -> break
next: skip
  od }

proctype Killer() { if :: kill = 1 :: skip fi }

init { atomic { run W(); run M(); run R(); run S(); run Killer() } }
