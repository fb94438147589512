#if PostgreSQL
  import OTLPExport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite(.ownThreads) struct PostgreSQLFailureTests {
    @Test("each class of SQLSTATE has a meaning")
    func states() {
      let meanings: [(AttemptFailure.Meaning, [String])] = [
        (.unavailable, ["53300"]),
        (
          .retry,
          [
            "08000", "08006", "25006", "25P02", "26000", "34000", "40001", "40003", "40P01", "53100", "53200", "55000",
            "55006", "55P03", "57000", "57014", "57P01", "57P02", "57P03", "57P05", "58000", "58030", "58P01", "72000",
            "XX000",
          ]
        ),
        (.badData, ["09000", "22001", "22P05", "23502", "23514", "27000", "44000", "54000", "P0001"]),
        (.unauthenticated, ["28000", "28P01"]),
        (
          .drop,
          ["0A000", "3D000", "3F000", "42501", "42P01", "42703", "55P02", "57P04", "F0000", "HV000", "XX001", "XX002"]
        ),
      ]
      for (meaning, states) in meanings {
        for state in states { #expect(PostgreSQLFailure.meaning(of: state) == meaning, "\(state)") }
      }
    }

    @Test("internal errors are counted for each batch, and other ends between them begin anew")
    func internalErrors() {
      var errors = InternalErrors()
      // The verdicts on so many failures of a batch.
      func failures(_ count: Int, of batch: UInt64) -> [Bool] { (0..<count).map { _ in errors.failed(batch) } }
      let four = [false, false, false, false]
      #expect(errors.isEmpty)
      #expect(failures(4, of: 1) == four)
      #expect(failures(1, of: 2) == [false])
      #expect(failures(1, of: 1) == [true])
      errors.ended(2)
      #expect(errors.isEmpty)
      #expect(failures(4, of: 1) == four)
      errors.ended(1)
      #expect(failures(4, of: 1) == four)
      #expect((100..<200).allSatisfy { failures(1, of: $0) == [false] })
      #expect(failures(1, of: 1) == [false], "the oldest are forgotten")
    }

    @Test("tables that changed since the connection was made are looked at again, once")
    func outdated() {
      let failure = PostgreSQLFailure(.server(state: "42P01"), "relation \"spans\" does not exist")
      #expect(failure.attemptFailure(isReused: true).meaning == .notProcessed)
      #expect(failure.attemptFailure(isReused: false).meaning == .drop)
      #expect(!failure.keepsConnection)
    }

    @Test("libpq's text of a failed connection gives the server's state")
    func connecting() {
      func parsed(_ text: String) -> String {
        let failure = PostgreSQLFailure(connecting: text)
        if case .server(let state) = failure.cause { return "\(state): \(failure.message)" }
        return failure.message
      }
      let place = "connection to server on socket \"/s\" failed: "
      #expect(
        parsed(place + "FATAL:  57P03: the database system is starting up\nLOCATION:  ProcessStartupPacket, a.c:1\n")
          == "57P03: the database system is starting up")
      #expect(
        parsed(
          place + "FATAL:  57P03: not yet accepting connections\nDETAIL:  Consistent recovery state isn't reached.\n")
          == "57P03: not yet accepting connections")
      #expect(parsed(place + "fe_sendauth: no password supplied\n") == "28P01: no password supplied")
      #expect(parsed(place + "Connection refused\n\tIs the server running?") == place + "Connection refused")
      #expect(parsed(place + "FATAL:  sorry: not a state\n") == place + "FATAL:  sorry: not a state")
      #expect(
        parsed("a: Connection refused\n" + place + "FATAL:  28P01: no\n") == "28P01: no", "the last address counts")
    }
  }
#endif
