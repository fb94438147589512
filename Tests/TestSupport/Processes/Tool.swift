/// The built `otlp` command.
package enum Tool {
  /// The exit code and the output of a run.
  package struct Result: Sendable {
    package var code: Int32?
    package var output: String
    package var errors: String

    /// Takes the output that a process has printed until now.
    package init(_ process: ChildProcess, code: Int32?) {
      self.code = code
      output = process.output
      errors = process.errors
    }

    /// A member of the JSON line that `--json` prints; nil if it is absent. An object is returned as text.
    package func json(_ name: String) -> String? {
      guard let line = output.split(separator: "\n").last, let start = line.firstRange(of: "\"\(name)\":") else {
        return nil
      }
      let rest = line[start.upperBound...]
      if rest.hasPrefix("{") { return rest.firstIndex(of: "}").map { String(rest[...$0]) } }
      return String(rest.prefix { $0 != "," && $0 != "}" })
    }

    /// The reasons in `dropped` with a count above 0.
    package var dropped: [String: Int] {
      let pairs = (json("dropped") ?? "").matches(of: /"([A-Za-z]+)":([0-9]+)/)
      return pairs.reduce(into: [:]) { counts, pair in
        if let count = Int(pair.output.2), count > 0 { counts[String(pair.output.1)] = count }
      }
    }
  }

  package static let path = TestFiles.products + "/otlp"

  package static func start(
    _ arguments: [String], environment: [String: String] = [:], input: String? = ""
  ) throws -> ChildProcess {
    try ChildProcess([path] + patient(arguments), environment: environment, input: input)
  }

  /// Adds long timeouts to the commands that export, unless a test sets a timeout, so that a busy machine fails no test.
  private static func patient(_ arguments: [String]) -> [String] {
    guard let command = arguments.first, ["load", "send", "demo"].contains(command),
      !["--shutdown-timeout", "--timeout", "--export-timeout"].contains(where: arguments.contains)
    else { return arguments }
    let patience = ["--timeout", "60", "--export-timeout", "120", "--shutdown-timeout", "120"]
    return [command] + patience + arguments.dropFirst()
  }

  package static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String = "",
    within limit: Duration = .seconds(180)
  ) async throws -> Result {
    let process = try start(arguments, environment: environment, input: input)
    let code = await process.wait(within: limit)
    return Result(process, code: code)
  }
}
