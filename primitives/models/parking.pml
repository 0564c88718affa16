/* Parking: words in which threads announce that they will sleep, and are granted wake-ups. A process has the
 * variables me, woken, granted, seen_sleepers, seen_grants, timed_out. The model says, before it includes this:
 *   WORDS                 how many such words there are
 *   LOCKED                a locked instruction of `me`: all that it has stored before reaches memory
 *   WAKE_ON(word, count)  the futex call */
byte sleepers[WORDS], grants[WORDS];

inline wake_sleepers(word, count) {
  atomic {
    granted = (count < sleepers[word] -> count : sleepers[word]);
    if :: granted > 0 -> LOCKED :: else fi;
    sleepers[word] = sleepers[word] - granted;
    grants[word] = grants[word] + granted
  };
  if :: granted > 0 -> WAKE_ON(word, granted) :: else fi;
  atomic { granted = 0; woken = 0 } /* fewer states to search */
}

inline announce(word) { atomic { LOCKED; sleepers[word]++ } }

/* Takes back the announcement; where all have become grants, one of those. */
inline leave(word) {
  atomic {
    LOCKED;
    if
#ifdef KEEPS_ITS_ANNOUNCEMENT
    :: timed_out
#endif
    :: sleepers[word] > 0 -> sleepers[word]--
    :: sleepers[word] == 0 -> assert(grants[word] > 0); grants[word]--
    fi
  }
}

/* Until a grant has been taken, or, where `is_timed`, the time may be over. */
inline sleep_until_granted(word, is_timed) {
  do
  :: atomic { grants[word] > 0 -> LOCKED; grants[word]--; break }
  :: atomic { grants[word] == 0 -> seen_sleepers = sleepers[word]; seen_grants = grants[word] };
    if
    :: is_timed -> SLEEP_WHILE_OR_TIME_OUT(sleepers[word] == seen_sleepers && grants[word] == seen_grants)
    :: else -> SLEEP_WHILE(sleepers[word] == seen_sleepers && grants[word] == seen_grants)
    fi;
    atomic { seen_sleepers = 0; seen_grants = 0 };
    if :: timed_out -> leave(word); break :: else fi
  od
}

inline pass_on(word) {
  if :: grants[word] == 0 -> wake_sleepers(word, 1) :: else fi
}
