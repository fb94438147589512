internal import OTLPExport
internal import TelemetryCore

/// The configuration, the checks and the findings of `otlp doctor`.
package struct DoctorReport: Sendable {
  package let endpoint: String
  package let rows: [ConfigurationSurvey.Row]
  package let checks: [Check]
  package let findings: [Finding]

  /// - Parameter checks: The performed checks. The report shows the other steps as skipped.
  package init(endpoint: String, rows: [ConfigurationSurvey.Row], checks: [Check], findings: [Finding]) {
    self.endpoint = endpoint
    self.rows = rows
    self.findings = findings
    self.checks = Check.Step.allCases.map { step in
      checks.first { $0.step == step } ?? Check(step: step, result: .skipped, details: [])
    }
  }

  /// A failed export outweighs a mistake in the configuration.
  package var exitCode: ExitCode {
    let codes = findings.map(\.code)
    return [.loss, .usage, .configuration].first { codes.contains($0) } ?? .success
  }

  package var text: String {
    var text = "configuration\n"
    for row in rows {
      text += "  \(padded(row.name, 20)) \(padded(row.value, 34)) \(row.source)\n"
    }
    text += "\nchecks of \(endpoint)\n"
    for check in checks {
      let details = check.details.isEmpty && check.result == .skipped ? ["not tried"] : check.details
      let time = check.elapsed.map { Self.milliseconds($0) } ?? ""
      let head = "  \(padded(Self.label(check.result), 5)) \(padded(check.step.rawValue, 14)) \(padded(time, 9)) "
      text += trimmed(head + (details.first ?? "see below")) + "\n"
      for detail in details.dropFirst() { text += String(repeating: " ", count: 33) + detail + "\n" }
    }
    for finding in findings {
      text += "\n\(finding.mistake.rawValue): \(finding.problem)\n  what to do: \(finding.advice)\n"
    }
    if findings.isEmpty { text += "\nno mistake found\n" }
    return text
  }

  /// The report as one line of JSON.
  package var json: String {
    var object = JSONObject()
    object.add("endpoint", endpoint)
    object.add("healthy", findings.isEmpty)
    object.add("mistakes", findings.map(Self.object))
    var configuration: [JSONObject] = []
    for row in rows {
      var entry = JSONObject()
      entry.add("name", row.name)
      entry.add("value", row.value)
      entry.add("source", row.source)
      configuration.append(entry)
    }
    object.add("configuration", configuration)
    var seen = JSONObject()
    for check in checks {
      var entry = JSONObject()
      entry.add("result", check.result.rawValue)
      entry.add("details", check.details)
      if let elapsed = check.elapsed { entry.add("milliseconds", elapsed.inSeconds * 1000) }
      seen.add(check.step.rawValue, entry)
    }
    object.add("checks", seen)
    return object.text
  }

  private static func object(_ finding: Finding) -> JSONObject {
    var object = JSONObject()
    object.add("mistake", finding.mistake.rawValue)
    object.add("what", finding.problem)
    object.add("advice", finding.advice)
    return object
  }

  private static func label(_ result: Check.Result) -> String {
    switch result {
    case .passed: "ok"
    case .failed: "FAIL"
    case .skipped: "-"
    }
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = max(0, duration.clampedNanoseconds) / 100_000
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count < width ? text + String(repeating: " ", count: width - text.count) : text
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}
