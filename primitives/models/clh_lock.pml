/* ClhLock: a queue of nodes, each watched by the one behind. Hasty users may leave it at any time, and leave a node behind
 * where somebody watches it. First come, first served; no node is used by two, used when it is gone, or lost. */
/* faults: GIVES_UP_AS_IF_FREE LEAVES_WITHOUT_LOOKING KEEPS_ITS_NODE UNLOCKS_AND_KEEPS_ITS_NODE LOSES_THE_SPARE */
#define N 3
#define none 0
#define occupied 0
#define free 1
#define first 2 /* nodes are numbered from here; a word above `free` is the node to watch instead */
#define last 10

byte word[last + 1];
bool exists[last + 1], is_queued[last + 1];
byte tail = first;
byte ticket[N]; /* order of arrival of those who are not through yet, 0: not there */
byte arrivals = 0;
byte inside = 0;
byte ended = 0;

#define is_first(other) (ticket[other] == 0 || ticket[other] >= ticket[me])

inline allocate(node) {
  node = first;
  do
  :: exists[node] -> node++; assert(node <= last)
  :: else -> break
  od;
  exists[node] = true;
  word[node] = free
}

inline discard(node) {
  if :: node != none -> assert(exists[node]); exists[node] = false; node = none :: else fi
}

inline arrive() {
  atomic { queued = next; next = none; assert(exists[queued] && !is_queued[queued]); word[queued] = occupied };
  atomic {
    before = tail;
    tail = queued;
    is_queued[queued] = true;
    arrivals++;
    ticket[me] = arrivals
  }
}

inline await_turn() {
  do
  :: !exists[before] -> assert(false)
  :: atomic { word[before] == free -> got = true; break }
  :: atomic {
    word[before] > free ->
    queued_before = word[before];
#ifndef LOSES_THE_SPARE
    discard(spare);
#endif
    is_queued[before] = false;
    spare = before;
    before = queued_before;
    queued_before = none
  }
  :: hasty -> break
  od
}

inline depart() {
  atomic {
    ticket[me] = 0;
#ifdef LEAVES_WITHOUT_LOOKING
    tail = before; is_queued[queued] = false; next = queued
#else
    if :: tail == queued -> tail = before; is_queued[queued] = false; next = queued :: else fi
#endif
  };
  if
  :: next == none ->
#ifdef GIVES_UP_AS_IF_FREE
    word[queued] = free;
#else
    word[queued] = before;
#endif
#ifdef KEEPS_ITS_NODE
    next = queued
#else
    atomic { next = spare; spare = none }
#endif
  :: else
  fi
}

inline visit() {
  atomic {
#ifdef UNLOCKS_AND_KEEPS_ITS_NODE
    next = queued; is_queued[queued] = false;
#else
    next = before; is_queued[before] = false;
#endif
    inside++;
    assert(inside == 1 && is_first(0) && is_first(1) && is_first(2));
    ticket[me] = 0
  };
  inside--;
  word[queued] = free
}

proctype user(byte me; byte rounds; bool hasty) {
  byte next, spare, queued, before, queued_before;
  bool got;
  atomic { allocate(next) };
  do
  :: rounds == 0 -> break
  :: else ->
    atomic { if :: hasty && spare == none -> allocate(spare) :: else fi };
    arrive();
    await_turn();
    if :: got -> visit() :: else -> depart() fi;
    atomic { rounds--; got = false; queued = none; before = none }
  od;
  atomic { discard(next); discard(spare); ended++ }
}

/* At the end the lock goes too, with the nodes that are still in its queue. */
init {
  byte node;
  atomic { allocate(tail); run user(0, 2, true); run user(1, 1, true); run user(2, 1, false) };
  atomic {
    ended == N;
    do
    :: node = word[tail]; discard(tail); if :: node > free -> tail = node :: else -> break fi
    od;
    node = first;
    do
    :: node <= last -> assert(!exists[node]); node++
    :: else -> break
    od
  }
}

ltl served { <> (ended == N) }
