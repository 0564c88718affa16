/* Event: the flag, the mark that somebody may sleep, and the count of sets. Whoever waits when set() comes goes,
 * even if clear() follows at once; the last set() is for those who came later. */
/* faults: DOES_NOT_COUNT DOES_NOT_MARK MARKS_BUT_DOES_NOT_LOOK_AGAIN BELIEVES_EVERY_WAKE_UP WAKES_ONE_ONLY */
#define N 3
#define SPURIOUS 1
#include "futex.pml"

bool flag = false;
bool mark = false;
byte sets = 0;
byte there = 0; /* waiters that are in wait() */
byte ended = 0;

#ifdef DOES_NOT_COUNT
#define has_come(start) flag
#else
#define has_come(start) (flag || sets != start)
#endif

proctype waiter(byte me) {
  byte start;
  atomic { start = sets; there++ };
  do
  :: has_come(start) -> break
  :: else ->
#ifdef MARKS_BUT_DOES_NOT_LOOK_AGAIN
    mark = true;
    SLEEP_WHILE(mark || !mark)
#else
#ifndef DOES_NOT_MARK
    atomic { if :: !has_come(start) -> mark = true :: else fi };
#endif
    SLEEP_WHILE(!flag && sets == start)
#endif
#ifdef BELIEVES_EVERY_WAKE_UP
    ; break
#endif
  od;
  assert(sets != start);
  ended++
}

proctype setter() {
  byte woken;
  bool wakes;
  there == N;
  atomic { wakes = mark; mark = false; flag = true; sets++ };
#ifdef WAKES_ONE_ONLY
  if :: wakes -> wake(1) :: else fi;
#else
  if :: wakes -> wake(N) :: else fi;
#endif
  flag = false;
  ended++
}

init { atomic { run waiter(0); run waiter(1); run waiter(2); run setter() } }

ltl served { <> (ended == N + 1) }
