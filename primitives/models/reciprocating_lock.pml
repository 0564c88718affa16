/* ReciprocatingLock: a stack of arrivals, taken away as the next segment. While one waits, each other one gets in at
 * most twice. Some arrive by an exchange, some by an attempt that succeeds only where it is free. */
/* faults: TAKES_THE_END_FOR_A_WAITER FREES_WITHOUT_LOOKING LEAVES_THE_STACK_THERE FORGETS_ITS_SUCCESSOR */
#define N 4
#define free 0
#define shut 0
#define nobody 1
#define seat(who) (who + 2)

byte arrivals = free;
byte gate[N];
bool waits[N];
byte passed[N * N]; /* how often the second got in while the first waited */
byte inside = 0;
byte ended = 0;

inline note_passing(who) {
  if
  :: waits[who] -> passed[who * N + me]++; assert(passed[who * N + me] <= 2)
  :: else
  fi
}

inline arrive() {
  if
  :: gate[me] = shut;
    atomic { found = arrivals; arrivals = seat(me); waits[me] = true };
    if
    :: found == free -> successor = 0; end = seat(me)
    :: else ->
      gate[me] != shut;
      end = gate[me];
#ifdef TAKES_THE_END_FOR_A_WAITER
      if :: found == nobody -> successor = 0; end = nobody :: else -> successor = found fi
#else
      if :: found == end || found == nobody -> successor = 0; end = nobody :: else -> successor = found fi
#endif
    fi
  :: atomic { arrivals == free -> arrivals = nobody; successor = 0; end = nobody }
  fi
}

inline visit() {
  atomic {
    inside++;
    assert(inside == 1);
    waits[me] = false;
    note_passing(0); note_passing(1); note_passing(2); note_passing(3);
    passed[me * N] = 0; passed[me * N + 1] = 0; passed[me * N + 2] = 0; passed[me * N + 3] = 0
  };
  inside--
}

inline leave() {
#ifdef FORGETS_ITS_SUCCESSOR
  successor = 0;
#endif
  if
  :: successor != 0 -> gate[successor - 2] = end
  :: else ->
#ifdef FREES_WITHOUT_LOOKING
    found = end;
    arrivals = free;
#else
    atomic { found = arrivals; if :: found == end -> arrivals = free :: else fi };
#endif
    if
    :: found == end
    :: else ->
#ifdef LEAVES_THE_STACK_THERE
      found = arrivals;
#else
      atomic { found = arrivals; arrivals = nobody };
#endif
      gate[found - 2] = end
    fi
  fi
}

proctype user(byte me; byte visits) {
  byte found, end, successor;
  do
  :: visits > 0 -> arrive(); visit(); leave(); visits--
  :: else -> break
  od;
  ended++
}

init { atomic { run user(0, 2); run user(1, 1); run user(2, 1); run user(3, 1) } }

ltl served { <> (ended == N) }
