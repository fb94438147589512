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

    /// libpq's message of a connection that wasn't established, with verbose errors: a line ends with `FATAL:  28P01: …` if the
    /// server refused. With several addresses the last of these counts, else the first line.
    init(connecting text: String) {
      let lines = text.split(separator: "\n").map(String.init)
      if let (state, message) = lines.reversed().lazy.compactMap(Self.refusal).first {
        self.init(.server(state: state), message)
      } else if text.contains("no password supplied") {
        self.init(.server(state: "28P01"), "no password supplied")
      } else {
        self.init(.connect, lines.first ?? "")
      }
    }

    /// The SQLSTATE in a line, and the text behind it.
    private static func refusal(_ line: String) -> (state: String, message: String)? {
      guard let start = line.firstRange(of: ":  ")?.upperBound, let end = line[start...].firstIndex(of: ":") else {
        return nil
      }
      let state = line[start..<end]
      let isState =
        state.utf8.count == 5 && state.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
      return isState ? (String(state), String(line[line.index(after: end)...].trimmed)) : nil
    }

    /// True if the connection can be used again, as far as the server's word goes.
    var keepsConnection: Bool {
      guard case .server(let state) = cause else { return false }
      // A standby may have taken the primary's place: another connection may find it.
      return state != "25006" && !state.hasPrefix("57P") && !isOutdated
        && !["08", "25", "26", "34", "XX"].contains(state.prefix(2))
    }

    /// True if the tables aren't those that the connection has seen when it was made: they were dropped or altered.
    private var isOutdated: Bool {
      guard case .server(let state) = cause else { return false }
      return ["42P01", "42703", "42804", "42P10", "3F000"].contains(state)
    }

    /// True if another of several servers may take the connection: this one is away, starts, is full, or is a standby.
    var permitsAnotherServer: Bool {
      switch cause {
      case .connect: true
      case .server(let state): ["57P03", "53300", "25006"].contains(state)
      default: false
      }
    }

    /// True for an internal error of the server.
    var isInternal: Bool {
      guard case .server("XX000") = cause else { return false }
      return true
    }

    /// True if the same may succeed later without a person's help.
    var isPassing: Bool {
      guard case .server(let state) = cause else { return true }
      return [.retry, .unavailable].contains(Self.meaning(of: state))
    }

    /// True if a row with the same key, or another unique value, is there already.
    var isUniqueViolation: Bool {
      guard case .server("23505") = cause else { return false }
      return true
    }

    // Appendix A of PostgreSQL's documentation lists the states. The first two characters are the class.
    private static let retried: Set<String> = [
      "55000", "55006", "55P03", "57000", "57014", "25006", "57P01", "57P02", "57P03", "57P05",
      "XX000",  // an internal error: a race in the server, or the first sign of its crash
    ]
    // A lost connection; a rolled back transaction; the connection's own state, which another connection doesn't have (25, 26, 34);
    // resources; the server's system; a snapshot that is too old.
    private static let retriedClasses: Set<Substring> = ["08", "25", "26", "34", "40", "53", "58", "72"]
    // A value that a column, a constraint, a limit, a trigger (09, 27, P0) or a view (44) refuses.
    private static let badDataClasses: Set<Substring> = ["09", "22", "23", "27", "44", "54", "P0"]

    /// The consequence for the batch: what passes by itself is tried again, what a person must mend isn't.
    static func meaning(of state: String) -> AttemptFailure.Meaning {
      let kind = state.prefix(2)
      if state == "53300" { return .unavailable }  // too many connections
      if retried.contains(state) || retriedClasses.contains(kind) { return .retry }
      if badDataClasses.contains(kind) { return .badData }
      return kind == "28" ? .unauthenticated : .drop  // a missing database, missing rights, missing tables
    }

    /// The failure of an attempt. A batch is stored once however often it is sent, so nothing is delivered twice.
    /// - Parameter isReused: True if the connection served other batches before, and may have been closed since.
    func attemptFailure(isReused: Bool) -> AttemptFailure {
      switch cause {
      case .server(let state):
        // A new connection makes the tables again, or finds that they can't be used.
        let meaning = isOutdated && isReused ? .notProcessed : Self.meaning(of: state)
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
