/* McsLock: a queue in order of arrival; seats are numbered from 1, 0 is none. First come, first served: nobody enters
 * who arrived after somebody that still waits. */
/* faults: FREES_A_QUEUE WAITS_TOO_LATE DOES_NOT_AWAIT_THE_LINK KEEPS_THE_OLD_LINK */
#define N 3
#define none 0
#define mine (me + 1)

byte tail = none;
byte next[N + 1];
bool waits[N + 1];
byte ticket[N]; /* order of arrival of those who are not through yet, 0: not there */
byte arrivals = 0;
byte inside = 0;
byte ended = 0;

#define is_first(other) (ticket[other] == 0 || ticket[other] >= ticket[me])

inline arrive() {
#ifndef KEEPS_THE_OLD_LINK
  next[mine] = none;
#endif
  atomic { before = tail; tail = mine; arrivals++; ticket[me] = arrivals };
  if
  :: before != none ->
#ifdef WAITS_TOO_LATE
    next[before] = mine;
    waits[mine] = true;
#else
    waits[mine] = true;
    next[before] = mine;
#endif
    !waits[mine]
  :: else
  fi
}

inline leave() {
#ifdef FREES_A_QUEUE
  if :: next[mine] == none -> tail = none; goto left :: else fi;
#else
  if
  :: next[mine] == none ->
    atomic { before = tail; if :: before == mine -> tail = none :: else fi };
    if
    :: before == mine -> goto left
    :: else ->
#ifndef DOES_NOT_AWAIT_THE_LINK
      next[mine] != none
#endif
    fi
  :: else
  fi;
#endif
  waits[next[mine]] = false;
left: skip
}

proctype user(byte me) {
  byte before, rounds = 0;
  do
  :: rounds < 2 ->
    arrive();
    inside++;
    assert(inside == 1);
    assert(is_first(0) && is_first(1) && is_first(2));
    ticket[me] = 0;
    inside--;
    leave();
    rounds++
  :: else -> break
  od;
  ended++
}

init { atomic { run user(0); run user(1); run user(2) } }

ltl served { <> (ended == N) }
