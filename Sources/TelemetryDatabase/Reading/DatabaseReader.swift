internal import OTLPWire
package import TelemetrySDK

/// Reads stored telemetry.
package struct DatabaseReader: Sendable {
  let source: any DatabaseSource

  init(_ source: any DatabaseSource) { self.source = source }

  /// Ends the connection.
  package func close() async { await source.close() }

  /// The spans of a trace, in the order of their start.
  package func spans(of trace: TraceID) async throws(DatabaseError) -> [SpanData] {
    let id = TraceID.bytes(of: trace)
    return try await spans(where: "WHERE trace_id = $1", [.bytes(id)])
  }

  /// All spans, for tests.
  package func allSpans() async throws(DatabaseError) -> [SpanData] { try await spans(where: "", []) }

  /// All log records in the order of their storage, for tests.
  package func allLogRecords() async throws(DatabaseError) -> [LogRecord] {
    let owners = try await owners()
    return try await rows(.logRecords, "ORDER BY record_id", []).map { row throws(DatabaseError) in
      try row.logRecord(owners)
    }
  }

  private func spans(
    where condition: String, _ parameters: [SQLValue]
  ) async throws(DatabaseError) -> [SpanData] {
    let rows = try await rows(.spans, "\(condition) ORDER BY start_time_unix_nano", parameters)
    let owners = try await owners()
    let ordered = "\(condition) ORDER BY trace_id, span_id, digest, position"
    let events = Dictionary(grouping: try await self.rows(.spanEvents, ordered, parameters), by: \.spanKey)
    let links = Dictionary(grouping: try await self.rows(.spanLinks, ordered, parameters), by: \.spanKey)
    return try rows.map { row throws(DatabaseError) in
      var span = try row.span(owners)
      guard row.isExact else { return span }
      span.events = try (events[row.spanKey] ?? []).map { event throws(DatabaseError) in try event.event() }
      span.links = try (links[row.spanKey] ?? []).map { link throws(DatabaseError) in try link.link() }
      return span
    }
  }

  private func owners() async throws(DatabaseError) -> StoredOwners {
    var owners = StoredOwners()
    for row in try await rows(.resources, "", []) { owners.resources[row["resource_id"].bytes] = try row.resource() }
    for row in try await rows(.scopes, "", []) { owners.scopes[row["scope_id"].bytes] = try row.scope() }
    return owners
  }

  private func rows(
    _ table: DatabaseTable, _ condition: String, _ parameters: [SQLValue]
  ) async throws(DatabaseError) -> [StoredRow] {
    let columns = table.columns
    let names = columns.map(\.name).joined(separator: ", ")
    let rows = try await source.rows(
      "SELECT \(names) FROM \(table.source(source.dialect)) \(condition)", parameters, columns: columns.map(\.kind))
    var places: [String: Int] = [:]
    for (index, column) in columns.enumerated() { places[column.name] = index }
    return rows.map { StoredRow(places: places, values: $0) }
  }
}

extension TraceID {
  /// The identifier of stored bytes.
  init(stored bytes: [UInt8]) {
    func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(high: word(bytes.dropLast(8)), low: word(bytes.suffix(8)))
  }

  /// The 16 bytes of an identifier; none for the invalid one.
  static func bytes(of trace: TraceID) -> [UInt8] {
    guard trace != .invalid else { return [] }
    return [trace.high, trace.low].flatMap { word in unsafe withUnsafeBytes(of: word.bigEndian) { unsafe Array($0) } }
  }
}
