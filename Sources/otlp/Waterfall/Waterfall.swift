internal import TelemetryCore
package import TelemetrySDK

/// Shows the spans of traces as trees with bars for their times. No line is wider than the terminal.
package struct Waterfall: Sendable {
  /// The most spans of a trace that a terminal gets.
  package static let spansOnTerminal = 200
  private static let timeColumns = 10
  /// Bars are left out if they would be narrower.
  private static let minBarColumns = 10
  private static let barStyles = ["36", "32", "33", "35", "34", "96"]

  private let terminal: Terminal
  /// If true, shows attributes, events, links and so on, too.
  private let isVerbose: Bool
  /// The most spans of a trace that are shown; nil for all.
  package var limit: Int?
  /// The words behind the number of further spans.
  package var hint = ""

  package init(_ terminal: Terminal = Terminal(), isVerbose: Bool = false) {
    self.terminal = terminal
    self.isVerbose = isVerbose
    limit = terminal.isInteractive ? Self.spansOnTerminal : nil
  }

  /// A block of lines for each trace, in the order of the traces' first spans.
  package func text(_ spans: [SpanData]) -> String {
    var order: [TraceID] = []
    var traces: [TraceID: [SpanData]] = [:]
    for span in spans {
      if traces[span.traceID] == nil { order.append(span.traceID) }
      traces[span.traceID, default: []].append(span)
    }
    return order.map { trace($0, traces[$0] ?? []) }.joined(separator: "\n")
  }

  private func trace(_ id: TraceID, _ spans: [SpanData]) -> String {
    // Times that aren't set don't count. Ends do even if they come before their starts.
    let starts = spans.map(\.startTimeUnixNano).filter { $0 > 0 }
    let start = starts.min() ?? 0
    let end = max(starts.max() ?? 0, spans.map(\.endTimeUnixNano).max() ?? 0)
    let interval = Interval(start: start, end: end)
    let rows = TraceTree(spans).rows
    // In the order of the tree: children arrive before their parents.
    var services: [String] = []
    for row in rows {
      guard let service = row.span.serviceName, !services.contains(service) else { continue }
      services.append(service)
    }
    let shown = rows.prefix(limit ?? rows.count)
    let layout = layout(shown, interval, services: services)
    var text = header(id, spans, interval, services: services)
    for row in shown {
      text += line(row, layout)
      if isVerbose {
        let indent = String(repeating: " ", count: min(2 * row.depth, mostIndent) + 4)
        text += SpanDetails(row.span).lines
          .flatMap { hardWrapped($0, to: terminal.columns - indent.count) }.map { indent + $0 + "\n" }.joined()
      }
    }
    if rows.count > shown.count { text += "  … and \(counted(rows.count - shown.count, "more span"))\(hint)\n" }
    return text
  }

  /// Breaks a line at the width of the terminal, also within words.
  private func hardWrapped(_ line: String, to width: Int) -> [String] {
    var lines: [String] = []
    var rest = line[...]
    repeat {
      let part = TerminalWidth.prefix(rest, columns: width)
      lines.append(part)
      rest = rest.dropFirst(max(1, part.count))
    } while !rest.isEmpty
    return lines
  }

  private func header(
    _ id: TraceID, _ spans: [SpanData], _ interval: Interval, services: [String]
  ) -> String {
    var parts = ["trace \(id)", counted(spans.count, "span"), interval.text]
    if isVerbose, interval.start > 0 { parts.append(TimeOfDay(unixNano: interval.start).dateText) }
    if !services.isEmpty { parts.append(clean(services.prefix(8).joined(separator: ", "), 60)) }
    var lines: [String] = []
    for part in parts.map({ TerminalWidth.cut($0, to: terminal.columns - 2) }) {
      if let last = lines.last, TerminalWidth.columns(last) + 2 + TerminalWidth.columns(part) <= terminal.columns {
        lines[lines.count - 1] = last + "  " + part
      } else {
        lines.append(lines.isEmpty ? part : "  " + part)
      }
    }
    lines[0] = terminal.styled(lines[0], "1")
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Rows

  /// The columns and the time scale of a trace's lines.
  private struct Layout {
    var nameColumns: Int
    /// The width of the bars; 0 for no bars.
    var barColumns: Int
    var interval: Interval
    var services: [String]
  }

  private func layout(
    _ rows: ArraySlice<TraceTree.Row>, _ interval: Interval, services: [String]
  ) -> Layout {
    let widest = max(rows.map { TerminalWidth.columns(label($0)) }.max() ?? 0, 12)
    let fixed = 2 + 1 + Self.timeColumns
    var nameColumns = min(widest, terminal.columns / 2)
    var barColumns = terminal.columns - fixed - nameColumns - 1
    if barColumns < Self.minBarColumns {
      barColumns = 0
      nameColumns = min(widest, terminal.columns - fixed)
    }
    return Layout(nameColumns: nameColumns, barColumns: barColumns, interval: interval, services: services)
  }

  /// The widest indentation: the names of deep spans get as much room.
  private var mostIndent: Int { terminal.columns / 4 }

  /// The name behind its indentation. That of a deeper span ends with the number of its level, where the root's is 1.
  private func label(_ row: TraceTree.Row) -> String {
    let name = clean(row.span.name, 60)
    guard 2 * row.depth > mostIndent else { return String(repeating: "  ", count: row.depth) + name }
    let level = "…\(row.depth + 1) "
    return String(repeating: " ", count: max(0, mostIndent - TerminalWidth.columns(level))) + level + name
  }

  private func line(_ row: TraceTree.Row, _ layout: Layout) -> String {
    let span = row.span
    let times = Interval(start: span.startTimeUnixNano, end: span.endTimeUnixNano)
    let time = times.text
    let blanks = String(repeating: " ", count: max(0, Self.timeColumns - TerminalWidth.columns(time)))
    var text = "  " + TerminalWidth.fitted(label(row), to: layout.nameColumns) + " " + blanks + time
    var free = terminal.columns - TerminalWidth.columns(text)
    if layout.barColumns > 0 {
      let (before, count) = bar(times, layout)
      let bar = String(repeating: "█", count: count)
      text += " " + String(repeating: " ", count: before) + terminal.styled(bar, style(span, layout))
      free -= 1 + before + count
    }
    guard span.status.code == .error else { return text + "\n" }
    let message = clean(span.status.message, 200)
    let error = message.isEmpty ? "error" : "error: \(message)"
    if TerminalWidth.columns(error) < free { return text + " " + terminal.styled(error, "31") + "\n" }
    // An error that doesn't fit beside the bar gets a separate line.
    let indent = String(repeating: " ", count: min(2 * row.depth, mostIndent) + 4)
    return text + "\n" + indent + terminal.styled(TerminalWidth.cut(error, to: terminal.columns - indent.count), "31")
      + "\n"
  }

  private func style(_ span: SpanData, _ layout: Layout) -> String {
    if span.status.code == .error { return "31" }
    let index = span.serviceName.flatMap { layout.services.firstIndex(of: $0) } ?? 0
    return Self.barStyles[index % Self.barStyles.count]
  }

  /// The number of blanks before a bar and the length of the bar; 0 without a start.
  private func bar(_ times: Interval, _ layout: Layout) -> (before: Int, count: Int) {
    guard times.start > 0 else { return (0, 0) }
    let length = layout.interval.length ?? 0
    let scale = length > 0 ? Double(layout.barColumns) / Double(length) : 0
    let before = min(Int(Double(times.start - layout.interval.start) * scale), layout.barColumns - 1)
    let count = min(max(1, Int((Double(times.length ?? 0) * scale).rounded())), layout.barColumns - before)
    return (before, count)
  }

  private func clean(_ text: String, _ limit: Int) -> String { text.sanitized(limit: limit) }
}

extension SpanData {
  package var serviceName: String? {
    if case .string(let name)? = resource.attributes["service.name"] { name } else { nil }
  }
}
