#if SQLite
  import TelemetryCore
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite(.ownThreads) struct SQLiteInterruptionTests {
    private static func isBusyGivenUp(_ interruption: SQLiteInterruption) -> Bool {
      unsafe SQLiteInterruption.onBusy(Unmanaged.passUnretained(interruption).toOpaque(), 0) == 0
    }

    @Test("a wait for the lock is known as one, until the lock is there or other work begins")
    func waits() {
      let interruption = SQLiteInterruption()
      #expect(!interruption.isWaitingForLock)
      #expect(!Self.isBusyGivenUp(interruption))
      #expect(interruption.isWaitingForLock)
      interruption.lockTaken()
      #expect(!interruption.isWaitingForLock)
      interruption.stop()
      #expect(Self.isBusyGivenUp(interruption))
      #expect(interruption.isWaitingForLock)
      interruption.begin(until: .never)
      #expect(!interruption.isWaitingForLock)
    }

    @Test("a deletion gives way to a call that waits, which other work doesn't")
    func givingWay() {
      let (interruption, past) = (SQLiteInterruption(), MonotonicInstant(nanoseconds: 0))
      interruption.begin(until: .never)
      interruption.askToGiveWay(until: Deadline(past), at: past)
      #expect(!interruption.isOver)
      interruption.beginDeletion(patience: .seconds(600))
      #expect(interruption.isOver && interruption.wasToldToEnd)
      interruption.begin(until: .never)
      interruption.beginDeletion(patience: .zero)
      #expect(!interruption.isOver, "nothing waits")
      interruption.askToGiveWay(until: .never, at: .system)
      #expect(interruption.isOver && interruption.wasToldToEnd)
    }

    @Test("a deletion has its own time, whatever its batch has left")
    func ownTime() {
      let interruption = SQLiteInterruption()
      interruption.begin(until: Deadline(.init(nanoseconds: 0)))
      #expect(interruption.isOver && !interruption.wasToldToEnd)
      interruption.beginDeletion(patience: .seconds(600))
      #expect(!interruption.isOver)
      interruption.askToGiveWay(until: .never, at: .system)
      #expect(!interruption.isOver)
    }

    @Test("work without a deadline is interrupted by a fork only")
    func withoutDeadline() {
      let interruption = SQLiteInterruption()
      interruption.begin(until: Deadline(.init(nanoseconds: 0)))
      #expect(Self.isBusyGivenUp(interruption))
      interruption.ignoreDeadline()
      interruption.stop()
      #expect(!Self.isBusyGivenUp(interruption))
      interruption.halt()
      #expect(Self.isBusyGivenUp(interruption))
      interruption.proceed()
      #expect(!Self.isBusyGivenUp(interruption))
    }
  }
#endif
