/* Semaphore: permits and the mark that somebody may sleep, in one word. Three acquire, one of them for a limited
 * time; three permits come, in any parcels; and somebody who comes by takes one without waiting and gives it back. */
/* faults: DOES_NOT_MARK_AGAIN DOES_NOT_PASS_ON PASSES_ON_ONE_ONLY CLEARS_THE_MARK_ON_TIME_OUT WAKES_ONLY_FROM_NONE TAKES_WITHOUT_A_LOOK */
#define N 3
#define SPURIOUS 0
#include "futex.pml"

byte permits = 0;
bool mark = false;
byte acquired = 0;
byte ended = 0;

proctype acquirer(byte me; bool is_timed) {
  byte woken, left;
  bool has_slept, timed_out, got, passes_on;
  do
  :: atomic {
#ifdef TAKES_WITHOUT_A_LOOK
    permits > 0 || (has_slept && !timed_out) ->
#else
    permits > 0 ->
#endif
    permits--;
    got = true;
    left = permits;
    passes_on = has_slept && !mark && left > 0;
#ifdef DOES_NOT_MARK_AGAIN
    mark = false;
#else
    mark = has_slept;
#endif
    break
  }
  :: atomic {
    permits == 0 ->
#ifdef CLEARS_THE_MARK_ON_TIME_OUT
    mark = !timed_out;
#else
    mark = true;
#endif
    if :: timed_out -> break :: else fi
  }
    has_slept = true;
    if
    :: is_timed -> SLEEP_WHILE_OR_TIME_OUT(permits == 0 && mark)
    :: else -> SLEEP_WHILE(permits == 0 && mark)
    fi
  od;
#ifdef PASSES_ON_ONE_ONLY
  left = 1;
#endif
#ifndef DOES_NOT_PASS_ON
  if :: passes_on -> wake(left) :: else fi;
#endif
  atomic { acquired = acquired + got; ended++ }
}

proctype releaser() {
  byte woken, count, released;
  bool wakes;
  do
  :: released == 3 -> break
  :: released < 3 ->
    if :: count = 1 :: count = 3 - released fi;
    atomic {
#ifdef WAKES_ONLY_FROM_NONE
      wakes = mark && permits == 0;
#else
      wakes = mark;
#endif
      permits = permits + count
    };
    if :: wakes -> wake(count) :: else fi;
    released = released + count
  od;
  ended++
}

proctype passer_by() {
  byte woken;
  bool wakes;
  if
  :: atomic { permits > 0 -> permits--; mark = false };
    atomic { permits++; wakes = mark };
    if :: wakes -> wake(1) :: else fi
  :: true
  fi;
  ended++
}

init {
  atomic { run acquirer(0, false); run acquirer(1, false); run acquirer(2, true); run releaser(); run passer_by() }
  ended == N + 2;
  assert(acquired + permits == 3)
}

ltl served { <> (ended == N + 2) }
