/* The end of an object that nobody but its creator knows: the creator frees it by itself (FreeUnseen), unless somebody
 * comes meanwhile (Enter: the entry names it) or the server looks at it (Sweeper::Consider), or it is killed on the way
 * (Sweeper::BuryEntry). lifetime.pml has the rest of an object's life, which is the server's to end; holders.pml who is
 * named.
 *
 *   C has made it, hands its reference to B or not, drops it. D is a second thread of its process, and looks at it.
 *   B has guessed the id, or gets the reference from C; looks at a view; drops it.
 *   S is the server: sweeps the dropped bits, buries the dead. Either B or the process of C and D may be killed.
 *
 * With -DTHREADS there is no B and nobody is killed, but E, one more thread like D.
 *
 * Checked: nothing is freed under a validated pin or reference, nor twice, and when all have gone nothing is left. Each
 * -D below breaks one rule, and must be found out (see check):
 *   NO_NUMBER       a newcomer is not named
 *   LOOK_BEFORE     the creator looks at who is named before DYING only
 *   BLIND_CREATOR   the creator frees after its scan without looking whether somebody came meanwhile
 *   NO_SECOND_LOOK  the creator sets DOOMED without looking at its pins once more
 *   TWO_AT_ONCE     two threads of the creator free at once (with THREADS)
 *   NO_INHERITANCE  a burial leaves what the dead creator was freeing
 */
mtype = { SEALED, DYING, FREEING, FREE };
mtype st = SEALED;               /* Word::state() */
bit doomed, byCreator;           /* Word::kDoomed, kByCreator */
bit named;                       /* B, in Entry::holders */
byte reference[2], pin[2];       /* the columns of C and B */
bit dropped[2];                  /* their bitmaps */
bit freeing;                     /* ClientCore::freeing_ */
bit using[3], holds[2];          /* ghosts: a validated view (of C, B, D), a validated reference */
bit msg, acked;                  /* the hand-over from C to B */
byte kill;                       /* 1: B, 2: C and D */
bit doneC, doneD, doneE, doneB, buriedB, buriedC;
#ifdef THREADS
#define HAS_B 0
#else
#define HAS_B 1
#endif
#define UNHELD (!using[0] && !using[1] && !using[2] && !holds[0] && !holds[1])

inline Revive() { st = SEALED; byCreator = 0 }

/* ok = 1: sealed, 0: gone */
inline Validate(ok) {
  do
  :: atomic { st == SEALED -> ok = 1; break }
  :: atomic { st == DYING -> Revive() }
  :: atomic { (st == FREEING || st == FREE) -> ok = 0; break }
  od }

/* B, before it adds to a slot */
inline Enter(ok) {
  if
  :: (st == SEALED || st == DYING) ->
#ifndef NO_NUMBER
     named = 1;
#endif
     ok = 1
  :: (st == FREEING || st == FREE) -> ok = 0
  fi }

inline Free() { assert(st == FREEING && UNHELD); named = 0; st = FREE; byCreator = 0 }

/* FreeUnseen() in thread t of C's process. What it leaves to the server gets its bit at once. */
bit took[3], doomedThen[3];
byte refs[3], pins[3];
bit seen[3];
#define AS_LEFT(t) (st == DYING && byCreator && doomed == doomedThen[t])
inline FreeUnseen(t) {
  do
  :: st != SEALED -> dropped[0] = 1; break
  :: (st == SEALED && reference[0] > 0) -> break
  :: (st == SEALED && reference[0] == 0) ->
#ifdef LOOK_BEFORE
     seen[t] = named;
#endif
     atomic {
       took[t] = (st == SEALED);
       if :: took[t] -> st = DYING; byCreator = 1; doomedThen[t] = doomed :: else fi };
     if
     :: !took[t] -> skip
     :: else ->
        refs[t] = reference[0]; pins[t] = pin[0];
#ifndef LOOK_BEFORE
        seen[t] = named;
#endif
        if
        :: seen[t] -> atomic { if :: AS_LEFT(t) -> Revive() :: else fi }; dropped[0] = 1; break
        :: (!seen[t] && refs[t] == 0 && pins[t] == 0) ->
#ifdef BLIND_CREATOR
           st = FREEING;
#else
           atomic { if :: AS_LEFT(t) -> st = FREEING :: else -> dropped[0] = 1; break fi };
#endif
           atomic { Free() };
           break
        :: else ->
           atomic {
             if
             :: AS_LEFT(t) ->
                Revive();
                if
                :: (refs[t] == 0 && !doomed) -> doomed = 1
#ifdef NO_SECOND_LOOK
                   ; break
#endif
                :: else -> break
                fi
             :: else -> dropped[0] = 1; break
             fi }
        fi
     fi
  od }

/* ClientCore::Drop() in thread t */
inline DropOfC(t) {
#ifdef TWO_AT_ONCE
  FreeUnseen(t)
#else
  if
  :: atomic { !freeing -> freeing = 1 }; FreeUnseen(t); freeing = 0
  :: atomic { freeing -> dropped[0] = 1 }
  fi
#endif
}

bit okD, okE, okB;
inline GetAndReleaseOfC(t, ghost, ok) {
  pin[0]++;
  Validate(ok);
  if :: ok -> using[ghost] = 1; assert(st != FREE && st != FREEING); using[ghost] = 0 :: else fi;
  atomic { pin[0]--; took[t] = (pin[0] == 0) };
  if :: (took[t] && doomed) -> DropOfC(t) :: else fi }

proctype C() {
  {
    if :: HAS_B -> msg = 1; (acked || buriedB) :: skip fi;
    atomic { holds[0] = 0; reference[0]-- };
    DropOfC(0);
    doneC = 1
  } unless { kill == 2 } }

proctype D() { { if :: GetAndReleaseOfC(1, 2, okD) :: skip fi; doneD = 1 } unless { kill == 2 } }
proctype E() { { if :: GetAndReleaseOfC(2, 0, okE) :: skip fi; doneE = 1 } unless { kill == 2 } }

inline GetAndReleaseOfB() {
  Enter(okB);
  if
  :: okB ->
     pin[1]++;
     Validate(okB);
     if :: okB -> using[1] = 1; assert(st != FREE && st != FREEING); using[1] = 0 :: else fi;
     pin[1]--;
     if :: doomed -> dropped[1] = 1 :: else fi
  :: else
  fi }

proctype B() {
  {
    if :: GetAndReleaseOfB() :: skip fi;
    if
    :: msg ->
       Enter(okB); assert(okB);
       reference[1]++; Validate(okB); assert(okB); holds[1] = 1; acked = 1;
       atomic { holds[1] = 0; reference[1]-- };
       dropped[1] = 1
    :: ((doneC || buriedC) && !msg) -> skip
    fi;
    doneB = 1
  } unless { kill == 1 } }

proctype Killer() { if :: kill = 1 :: kill = 2 :: skip fi }

byte refsOfS, pinsOfS;
bit doomedThenS;
#define AS_FOUND (st == DYING && !byCreator && doomed == doomedThenS)
proctype S() {
  do
  :: (dropped[0] || dropped[1]) ->
     dropped[0] = 0; dropped[1] = 0;
     do
     :: atomic { st == DYING -> Revive() }
     :: (st == FREEING || st == FREE) -> break
     :: st == SEALED ->
        refsOfS = reference[0]; if :: named -> refsOfS = refsOfS + reference[1] :: else fi;
        if
        :: refsOfS > 0 -> break
        :: else
        fi;
        atomic { if :: st == SEALED -> st = DYING; doomedThenS = doomed :: else -> goto again fi };
        refsOfS = reference[0]; pinsOfS = pin[0];
        if :: named -> refsOfS = refsOfS + reference[1]; pinsOfS = pinsOfS + pin[1] :: else fi;
        if
        :: (refsOfS == 0 && pinsOfS == 0) ->
           atomic { if :: AS_FOUND -> st = FREEING; Free(); break :: else fi }
        :: (refsOfS == 0 && pinsOfS > 0) ->
           atomic {
             if
             :: AS_FOUND -> Revive(); if :: !doomed -> doomed = 1 :: else -> break fi
             :: else
             fi }
        :: else ->
           atomic { if :: AS_FOUND -> Revive() :: else fi };
           break
        fi;
again:  skip
     od
  :: atomic { (kill == 1 && !buriedB) -> holds[1] = 0; using[1] = 0 };   /* Burial */
     reference[1] = 0; pin[1] = 0; named = 0; dropped[1] = 1;
     buriedB = 1
  :: atomic { (kill == 2 && !buriedC && (!msg || acked || buriedB)) ->   /* its rings have been read */
       holds[0] = 0; using[0] = 0; using[2] = 0 };
#ifndef NO_INHERITANCE
     atomic {                                                            /* Sweeper::BuryEntry */
       if
       :: (st == FREEING && byCreator) -> Free()
       :: st == DYING -> Revive()
       :: else
       fi };
#endif
     reference[0] = 0; pin[0] = 0; dropped[0] = 1;
     buriedC = 1
  :: (((doneC && doneD && doneE) || buriedC) && (doneB || buriedB) && !dropped[0] && !dropped[1]) ->
     assert(st == FREE); break
  od }

init { atomic { reference[0] = 1; holds[0] = 1; run C(); run D(); run S();
#ifdef THREADS
  run E(); doneB = 1
#else
  doneE = 1; run B(); run Killer()
#endif
  } }
