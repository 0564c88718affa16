/* FutexLock: the three-state protocol. */
/* faults: SKIPS_THE_WAKE TAKES_IT_AS_HELD LOOKS_THEN_TAKES */
#define N 3
#define SPURIOUS 1
#include "futex.pml"

#define free 0
#define held 1
#define contended 2
byte word = free;
byte inside = 0;
byte ended = 0;

proctype user(byte me) {
  byte before, woken, rounds = 0;
  bool has_slept = false;
  do
  :: rounds < 2 ->
#ifdef LOOKS_THEN_TAKES
    before = word;
    if :: before == free -> word = held :: else fi;
#else
    atomic { before = word; if :: before == free -> word = held :: else fi };
#endif
    do
    :: before == free -> break
    :: else ->
#ifdef TAKES_IT_AS_HELD
      atomic { before = word; word = (before == free && has_slept -> held : contended) };
#else
      atomic { before = word; word = contended };
#endif
      if
      :: before != free -> SLEEP_WHILE(word == contended); has_slept = true
      :: else
      fi
    od;
    inside++;
    assert(inside == 1);
    inside--;
    atomic { before = word; word = free };
#ifndef SKIPS_THE_WAKE
    if :: before == contended -> wake(1) :: else fi;
#endif
    has_slept = false;
    rounds++
  :: else -> break
  od;
  ended++
}

init { atomic { run user(0); run user(1); run user(2) } }

ltl served { <> (ended == N) }
