#if PostgreSQL
  internal import COTLPPostgres
  internal import OTLPExport
  internal import TelemetryCore

  /// The reason why a statement or a connection failed.
  struct PostgreSQLFailure: Error {
    enum Cause {
      /// The server refused, with a SQLSTATE.
      case server(state: String)
      /// No connection was established.
      case connect
      /// The connection was lost.
      case lost
      /// The deadline passed.
      case deadline
      /// The task was cancelled, or the exporter was shut down.
      case cancelled
    }

    let cause: Cause
    let message: String

    init(_ cause: Cause, _ message: String) {
      self.cause = cause
      self.message = message.sanitized(limit: 300)
    }

    /// A failed result of a statement.
    @unsafe
    init(result: OpaquePointer?) {
      let state = unsafe COTLPPostgres_sqlstate(result).map { unsafe String(cString: $0) }
      let message = unsafe COTLPPostgres_message(result).map { unsafe String(cString: $0) }
      // Without a state the message is libpq's own: the connection is lost.
      self.init(
        state.map { .server(state: $0) } ?? .lost,
        unsafe message ?? String(cString: PQresultErrorMessage(result)))
    }

    /// libpq's message of a connection that wasn't established, with verbose errors: the first line is `FATAL:  28P01: …` if the
    /// server refused. With several addresses the last of these counts, else the first line.
    init(connecting text: String) {
      let lines = text.split(separator: "\n").map(String.init)
      let line = lines.last { $0.firstRange(of: ":  ") != nil && !$0.hasPrefix("LOCATION") } ?? lines.first ?? ""
      if let start = line.firstRange(of: ":  ")?.upperBound, let end = line[start...].firstIndex(of: ":"),
        line[start..<end].utf8.count == 5
      {
        let message = line[line.index(after: end)...].trimmed
        self.init(.server(state: String(line[start..<end])), String(message))
      } else if text.contains("no password supplied") {
        self.init(.server(state: "28P01"), "no password supplied")
      } else {
        self.init(.connect, line)
      }
    }

    /// True if the connection can be used again.
    var keepsConnection: Bool {
      guard case .server(let state) = cause else { return false }
      // A standby may have taken the primary's place: another connection may find it.
      return !["25006", "57P01", "57P02", "57P03"].contains(state)
        && !["08", "25", "26", "34", "XX"].contains(state.prefix(2))
    }

    /// The consequence for the batch: what passes by itself is tried again, what a person must mend isn't.
    private static func meaning(of state: String) -> AttemptFailure.Meaning {
      switch state {
      case "53300": .unavailable  // too many connections
      case "40001", "40P01", "55P03", "55006", "55000", "57014", "25006", "57P01", "57P02", "57P03", "57P05": .retry
      case _ where ["08", "53", "58"].contains(state.prefix(2)): .retry
      // The connection's own state is broken; it is closed, and another one has no part in that.
      case _ where ["25", "26", "34"].contains(state.prefix(2)): .retry
      case _ where state.hasPrefix("22") || state.hasPrefix("23") || state.hasPrefix("54"): .badData
      case _ where state.hasPrefix("28"): .unauthenticated
      default: .drop  // a missing database, missing rights, missing tables
      }
    }

    /// The failure of an attempt. A batch is stored once however often it is sent, so nothing is delivered twice.
    /// - Parameter isReused: True if the connection served other batches before, and may have been closed since.
    func attemptFailure(isReused: Bool) -> AttemptFailure {
      switch cause {
      case .server(let state):
        let meaning = Self.meaning(of: state)
        return AttemptFailure(meaning, status: state, message: message, origin: .server, fate: .processed)
      case .connect:
        return AttemptFailure(
          .retry, status: "UNAVAILABLE", message: message, origin: .connect, fate: .neverProcessed,
          isTLS: message.contains("SSL") || message.contains("certificate"), isUnconnected: true)
      case .lost:
        return AttemptFailure(
          isReused ? .notProcessed : .retry, status: "UNAVAILABLE", message: message, origin: .transport,
          fate: .neverProcessed)
      case .deadline:
        return AttemptFailure(
          .retry, status: "DEADLINE_EXCEEDED", message: message, origin: .deadline, fate: .neverProcessed)
      case .cancelled:
        return AttemptFailure(.retry, status: "CANCELLED", message: message, origin: .cancelled, fate: .neverProcessed)
      }
    }
  }
#endif
