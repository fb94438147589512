package import TelemetrySDK

/// A trace in a list.
package struct TraceSummary: Hashable, Sendable {
  package let traceID: TraceID
  /// The earliest start of its spans, in nanoseconds since 1970; 0 if none has one.
  package var start: UInt64 = 0
  /// The latest end of its spans, likewise.
  package var end: UInt64 = 0
  package var spanCount = 0
  package var errorCount = 0
  /// The names of the services, in the order of their first spans.
  package var services: [String] = []
  /// The span without a parent, or else the earliest.
  package var rootName = ""

  fileprivate var hasRoot = false

  fileprivate init(traceID: TraceID) { self.traceID = traceID }
}

extension DatabaseReader {
  // A longer search for the latest traces would read the whole table.
  private static let mostSpans = 100_000

  /// The traces of the latest 100,000 spans by their start, the latest first; those without a start come last.
  package func traces(limit: Int) async throws(DatabaseError) -> [TraceSummary] {
    let latest = "SELECT trace_id FROM spans ORDER BY start_time_unix_nano DESC LIMIT \(Self.mostSpans)"
    // The same order as that of the result: a shorter list is the beginning of a longer one.
    let start = """
      (SELECT min(m.start_time_unix_nano) FROM spans m WHERE m.trace_id = l.trace_id AND m.start_time_unix_nano > 0)
      """
    let chosen = """
      SELECT trace_id FROM (SELECT l.trace_id, coalesce(\(start), 0) AS start FROM (SELECT DISTINCT trace_id FROM (\(latest)) AS d) \
      AS l) AS c ORDER BY start DESC, trace_id DESC LIMIT \(limit)
      """
    let rows = try await source.rows(
      """
      SELECT s.trace_id, s.parent_span_id, s.name, s.start_time_unix_nano, s.end_time_unix_nano, s.status_code, \
      r.service_name FROM spans s LEFT JOIN resources r ON r.resource_id = s.resource_id \
      WHERE s.trace_id IN (\(chosen)) ORDER BY s.start_time_unix_nano = 0, s.start_time_unix_nano
      """, [], columns: [.bytes, .bytes, .text, .int64, .int64, .int32, .text])
    var summaries: [[UInt8]: TraceSummary] = [:]
    for row in rows {
      let id = row[0].bytes
      summaries[id, default: TraceSummary(traceID: TraceID(stored: id))].add(row)
    }
    return summaries.values.sorted {
      ($1.start, $1.traceID.high, $1.traceID.low) < ($0.start, $0.traceID.high, $0.traceID.low)
    }
  }
}

extension TraceSummary {
  fileprivate mutating func add(_ row: [SQLValue]) {
    spanCount += 1
    if row[5].integer == 2 { errorCount += 1 }
    if spanCount == 1 || !hasRoot && row[1].isNull { rootName = row[2].text }
    if row[1].isNull { hasRoot = true }
    // A start beyond the column's range is none, as in the list's order.
    let first = UInt64(clamping: row[3].integer)
    if first > 0 { start = start == 0 ? first : min(start, first) }
    end = max(end, UInt64(bitPattern: row[4].integer))
    let service = row[6].text
    if !service.isEmpty, !services.contains(service) { services.append(service) }
  }
}
