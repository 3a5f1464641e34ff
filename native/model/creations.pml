/* Who makes an object: begun, sealed, given up, taken over (Creations, ClientCore::Undo, Sweeper::BuryEntry).
 *
 *   V1, V2 are two threads of V. V1 begins the object, gives it up and begins it anew, or seals it; V2 seals it or
 *      gives it up in any moment. V may be killed at any step.
 *   B waits until nobody makes the object, begins it then, fills it and seals it.
 *   S buries V. It may be killed at any step, and then its next life buries V from the beginning.
 *
 * Checked: who has begun it and lives can end it; it is sealed once, with the block of who has begun it, and never over
 * a block that was freed; in the end it is sealed, and no other block names it. Each -D breaks a rule and must be found
 * out:
 *   BLIND_INHERIT   a burial takes the entry over without looking whose it is by then
 *   BLIND_UNDO      a burial undoes what it has found being made, without looking whose it is
 *   WORD_FIRST      who gives up says so before the block is free
 *   OPEN_ABORT      who gives up does not take the creation first
 *   SEAL_UNFILLED   who seals does not look whether there is a block
 *   TAKE_UNFILLED   who gives up does not
 */
#define V 1
#define B 2
mtype = { EXPECTED, CREATING, CHANGING, SEALED };
mtype st = EXPECTED;
byte owner;                    /* of the word; 0 is the server */
byte block;                    /* Entry::block: whose block it points to */
bit names[3];                  /* the block's word: does V's, does B's block name the entry */
byte seals;                    /* ghost */
bit kill, killS, dead1, dead2, done1, done2, doneB, buried;
#define DEAD ((dead1 || done1) && (dead2 || done2) && kill)

#ifdef SEAL_UNFILLED
#define FILLED true
#else
#define FILLED (block != 0)
#endif
inline Seal(me) {
  atomic {
    if
    :: (st == CREATING && owner == me && FILLED) ->
       st = SEALED; ok = 1;
       seals++; assert(seals == 1 && block == me && names[me])
    :: else -> ok = 0
    fi } }

inline FreeBlock() {
  at = block;
  if :: at -> names[at] = 0; block = 0 :: else -> skip fi }

#ifdef TAKE_UNFILLED
#define TAKABLE true
#else
#define TAKABLE (block != 0)
#endif
inline Abort(me) {
#ifdef OPEN_ABORT
  atomic { ok = (st == CREATING && owner == me && TAKABLE) };
#else
  atomic { if :: (st == CREATING && owner == me && TAKABLE) -> st = CHANGING; ok = 1 :: else -> ok = 0 fi };
#endif
  if
  :: ok ->
#ifdef WORD_FIRST
     atomic { st = EXPECTED; owner = 0 };
     FreeBlock()
#else
     FreeBlock();
     atomic { st = EXPECTED; owner = 0 }
#endif
  :: else -> skip
  fi }

inline Allocate(me) { names[me] = 1; block = me }

proctype V1() {
  bit ok; byte at;
  {
    if
    :: atomic { st == EXPECTED -> st = CREATING; owner = V };    /* Known::kNobody: others hear of it later */
       Allocate(V)
    :: true -> goto anew
    fi;
again:
    if
    :: true -> Seal(V); goto gone
    :: true -> Abort(V)
    fi;
anew:
    if
    :: true -> atomic { if :: st == EXPECTED -> st = CHANGING; owner = V :: else -> goto gone fi };
       Allocate(V);
       st = CREATING;                                            /* PutBack() */
       goto again
    :: true -> goto gone
    fi;
gone:
    done1 = 1
  } unless { kill };
  if :: !done1 -> dead1 = 1 :: else -> skip fi }

proctype V2() {
  bit ok; byte at;
  {
    if :: true -> Seal(V) :: true -> Abort(V) :: true fi;
    done2 = 1
  } unless { kill };
  if :: !done2 -> dead2 = 1 :: else -> skip fi }

proctype TakesOver() {
  bit ok;
  do
  :: st == SEALED -> break
  :: atomic { st == EXPECTED -> st = CHANGING; owner = B };
     Allocate(B);
     st = CREATING;                                              /* PutBack() */
     Seal(B);
     assert(ok);
     break
  od;
  doneB = 1 }

/* BuryEntry: decided by what was read first. */
inline Bury() {
  atomic { made = (owner == V); being = (st == CREATING || st == CHANGING) };
  if
  :: made ->
     if
     :: being ->
        FreeBlock();
        atomic { st = EXPECTED; owner = 0 }
     :: else -> skip
     fi;
#ifdef BLIND_INHERIT
     owner = 0
#else
     atomic { if :: owner == V -> owner = 0 :: else -> skip fi }
#endif
#ifdef BLIND_UNDO
  :: (!made && being) ->
     FreeBlock();
     atomic { st = EXPECTED; owner = 0 }
#endif
  :: else -> skip
  fi;
  names[V] = (names[V] && block == V) }                          /* its other blocks go with its extents */

proctype S() {
  bit made, being; byte at;
  (DEAD);
  { skip; Bury(); buried = 1 } unless { killS };
  if :: !buried -> Bury(); buried = 1 :: else -> skip fi }

proctype Killer() { kill = 1 }
proctype KillerS() { if :: killS = 1 :: skip fi }

init {
  atomic { run V1(); run V2(); run TakesOver(); run S(); run Killer(); run KillerS() };
  (doneB && buried) -> assert(st == SEALED && seals == 1 && block != 0 && names[block]);
  assert(owner == B || owner == 0);
  assert(!names[V] || block == V);
  assert(!names[B] || block == B)
}
