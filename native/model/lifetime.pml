/* The lifetime of one entry, one generation: who may free it, and when (Sweeper::Consider, Validate, SetDropped).
 *
 *   C creates it (CREATING -> SEALED), may delete it, hands its reference to B or only drops it.
 *   B may hold a stale id, gets the reference from C, looks at a view, drops it. It may be killed at any step.
 *   S is the server: sweeps the dropped bits, buries B.
 *
 * Checked: nothing is freed under a validated pin, nothing forgotten under a validated reference, and when all
 * have gone nothing is left. Each -D below breaks one rule of the protocol, and must be found out (see check):
 *   NO_SECOND_CAS     the server frees after its scan without looking whether somebody put the word back
 *   NO_SECOND_SCAN    DOOMED is set without looking at the pins once more
 *   NO_REVIVE         a newcomer takes DYING for live without putting it back
 *   EARLY_DROP        the sender of a reference drops its own before the receiver has registered
 *   NO_DOOM_CREATING  the server does not mark what loses its last reference while it is being written
 *   CLEAR_FIRST       a burial takes the dropped bits of the dead for all there is to look at
 */
mtype = { CREATING, SEALED, DYING, FREEING, LOST, FREE };
mtype st = CREATING;             /* Word::state(); DYING only ever was SEALED or LOST here */
bit wasLost;                     /* Word::kBefore */
bit doomed, deleted;             /* Word::kDoomed, kDeleted */
byte reference[2], pin[2];       /* the columns of C and B */
bit dropped[2];                  /* their bitmaps */
bit using[2], holds[2];          /* ghosts: a validated view, a validated reference */
bit msg, acked, sent;            /* the hand-over from C to B */
bit kill, doneC, doneB, deadB, buriedB;

#define REVIVED (wasLost -> LOST : SEALED)

/* Validate(): ok = 1 sealed, 2 lost, 0 gone */
inline Validate(ok) {
  do
  :: atomic { (st == SEALED && !deleted) -> ok = 1; break }
  :: atomic { ((st == SEALED && deleted) || st == LOST) -> ok = 2; break }
#ifdef NO_REVIVE
  :: atomic { st == DYING -> ok = (wasLost || deleted -> 2 : 1); break }
#else
  :: atomic { st == DYING -> st = REVIVED }
#endif
  :: atomic { (st == FREEING || st == FREE || st == CREATING) -> ok = 0; break }
  od }

inline GetAndRelease(me, ok) {
  pin[me]++;
  Validate(ok);
  if
  :: ok == 1 -> using[me] = 1; assert(st != FREE && st != FREEING && st != LOST); using[me] = 0
  :: else
  fi;
  pin[me]--;
  if :: (pin[me] == 0 && (doomed || deleted)) -> dropped[me] = 1 :: else fi }

inline GiveReference(me) {
  holds[me] = 0;
  reference[me]--;
  if :: reference[me] == 0 -> dropped[me] = 1 :: else fi }

byte okC, okB;
bit early, sawFlag;
proctype C() {
  if :: early = 1; GiveReference(0) :: skip fi;
  atomic { st = SEALED; sawFlag = doomed || deleted };             /* ClientCore::Seal */
  if :: sawFlag -> dropped[0] = 1 :: else fi;
  if
  :: early -> skip
  :: else ->
     if :: GetAndRelease(0, okC); assert(okC == 1) :: skip fi;
     if
     :: atomic { (st != FREE && st != FREEING) -> deleted = 1 }; dropped[0] = 1   /* ClientCore::Delete */
     :: skip
     fi;
     if
     :: sent = 1; msg = 1;
#ifndef EARLY_DROP
        (acked || (deadB && buriedB));
#endif
     :: skip
     fi;
     GiveReference(0)
  fi;
  doneC = 1 }

proctype B() {
  {
    if :: GetAndRelease(1, okB) :: skip fi;                        /* a guessed or stale id */
    if
    :: msg ->
       reference[1]++; Validate(okB); assert(okB); holds[1] = 1; acked = 1;
       if :: GetAndRelease(1, okB) :: skip fi;
       GiveReference(1)
    :: (doneC && !sent) -> skip
    fi;
    doneB = 1
  } unless { kill };
  if :: !doneB -> deadB = 1 :: else fi }

proctype Killer() { if :: kill = 1 :: skip fi }

byte refs, pins;
bit deletedThen, doomedThen;
inline Scan() { refs = reference[0]; pins = pin[0]; refs = refs + reference[1]; pins = pins + pin[1] }

inline Free() {                                                    /* DYING -> FREEING has been done */
  if
  :: refs > 0 -> dropped[0] = 1                                    /* LOST, and looked at once more */
  :: else -> atomic { assert(!using[0] && !using[1] && !holds[0] && !holds[1]); st = FREE }
  fi }

proctype S() {
  do
  :: (dropped[0] || dropped[1]) ->
     dropped[0] = 0; dropped[1] = 0;
again:
     if
     :: st == CREATING ->
#ifndef NO_DOOM_CREATING
        atomic { if :: st == CREATING -> doomed = 1 :: else -> goto again fi }
#else
        skip
#endif
     :: (st == SEALED || st == LOST) ->
        if :: !deleted -> refs = reference[0]; refs = refs + reference[1] :: else -> refs = 0 fi;
        if
        :: refs > 0 -> skip
        :: else ->
           atomic {
             if
             :: (st == SEALED || st == LOST) ->
                wasLost = (st == LOST); st = DYING; deletedThen = deleted; doomedThen = doomed
             :: else -> goto again
             fi };
           Scan();
           if
           :: ((refs == 0 || deletedThen) && pins == 0) ->
#ifdef NO_SECOND_CAS
              st = FREEING;
#else
              atomic {
                if
                :: (st == DYING && deleted == deletedThen) ->
                   if
                   :: refs > 0 -> assert(!using[0] && !using[1]); st = LOST; deleted = 0; doomed = 0
                   :: else -> st = FREEING
                   fi
                :: else -> goto again2
                fi };
#endif
              Free()
           :: ((refs == 0 || deletedThen) && pins > 0 && !doomedThen) ->
              atomic { if :: (st == DYING && deleted == deletedThen) -> st = REVIVED; doomed = 1 :: else -> goto again2 fi };
#ifndef NO_SECOND_SCAN
              goto again
#endif
           :: ((refs == 0 || deletedThen) && pins > 0 && doomedThen) ->
              atomic { if :: (st == DYING && deleted == deletedThen) -> st = REVIVED :: else -> goto again2 fi }
           :: else ->
              atomic { if :: (st == DYING && deleted == deletedThen) -> st = REVIVED :: else -> goto again2 fi }
           fi
        fi
     :: st == DYING ->                                             /* a flag was set while it was: put it back */
again2: atomic { if :: st == DYING -> st = REVIVED :: else fi };
        goto again
     :: else -> skip
     fi;
  :: atomic { (deadB && !buriedB) -> holds[1] = 0; using[1] = 0 };  /* Burial */
     reference[1] = 0; pin[1] = 0;
#ifdef CLEAR_FIRST
     dropped[0] = dropped[0] || dropped[1];
#else
     dropped[0] = 1;
#endif
     buriedB = 1
  :: (doneC && (doneB || buriedB) && !dropped[0] && !dropped[1]) ->
     assert(st == FREE); break
  od }

init { atomic { reference[0] = 1; holds[0] = 1; run C(); run B(); run S(); run Killer() } }
