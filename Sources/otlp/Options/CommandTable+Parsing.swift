internal import COTLPSystem
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

// getopt_long keeps state in global variables.
private let parsing = Mutex(())

extension CommandTable {
  /// A parsed command line.
  package enum Request {
    case run(Settings)
    case help
  }

  /// Parses the arguments after the command's name.
  package func parse(_ arguments: [String], into settings: Settings) throws(ToolError) -> Request {
    let tokens = try scan(arguments)
    if tokens.contains(where: { $0.isHelp }) { return .help }
    // Without quotation marks, the rest of a header's value becomes an operand: a secret.
    let hasHeader = tokens.contains {
      if case .option(let index, _) = $0 { options[index].name == "header" } else { false }
    }
    var settings = settings
    for token in tokens { try apply(token, to: &settings, showsOperands: !hasHeader) }
    return .run(settings)
  }

  private func apply(_ token: Token, to settings: inout Settings, showsOperands: Bool) throws(ToolError) {
    switch token {
    case .help: break
    case .option(let index, let text):
      try set(options[index], OptionValue(option: "--" + options[index].name, text: text), in: &settings)
    case .operand(let text, let position):
      guard let operand, position == 0 || operand.description.isCommand else {
        let shown =
          showsOperands ? "'\(Redaction.shown(text))'" : "after --header, whose value may need quotation marks"
        throw ToolError(.usage, "unexpected argument \(shown); \(hint)")
      }
      try set(operand, OptionValue(option: "the argument", text: text), in: &settings)
    }
  }

  private func set(_ option: Option<Settings>, _ value: OptionValue, in settings: inout Settings) throws(ToolError) {
    do throws(ConfigurationError) {
      try option.set(&settings, value)
    } catch {
      throw ToolError(usage: error)
    }
  }

  private var hint: String { "'otlp \(name) --help' lists the options" }
}

private enum Token {
  case option(index: Int, text: String)
  case operand(String, position: Int)
  case help

  var isHelp: Bool { if case .help = self { true } else { false } }
}

extension CommandTable {
  // getopt_long returns this plus the index of an option; smaller values are letters.
  private static var firstValue: Int32 { 256 }

  private func scan(_ arguments: [String]) throws(ToolError) -> [Token] {
    // SAFETY: every C string is a copy that lives until the end of this call. getopt_long returns addresses within them,
    // which are read before that.
    let argv = unsafe (["otlp"] + arguments).map { unsafe strdup($0) } + [nil]
    let names = unsafe (options.map(\.name) + ["help"]).map { unsafe strdup($0) }
    defer {
      for index in 0...arguments.count { unsafe free(argv[index]) }
      for index in 0...options.count { unsafe free(names[index]) }
    }
    let long = unsafe longOptions(names)
    let result: Result<[Token], ToolError> = parsing.withLock { _ in
      do throws(ToolError) {
        return .success(try unsafe scan(argv, long))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func longOptions(_ names: [UnsafeMutablePointer<CChar>?]) -> [option] {
    var long = unsafe [option](repeating: option(), count: names.count + 1)
    for index in 0..<(options.count + 1) {
      let takesValue = index < options.count && options[index].description.placeholder != nil
      unsafe long[index].name = unsafe UnsafePointer(names[index])
      unsafe long[index].has_arg = takesValue ? 1 : 0
      unsafe long[index].val = Self.firstValue + Int32(index)
    }
    return unsafe long
  }

  private func scan(_ argv: [UnsafeMutablePointer<CChar>?], _ long: [option]) throws(ToolError) -> [Token] {
    var argv = unsafe argv
    let count = unsafe Int32(argv.count - 1)
    var tokens: [Token] = []
    COTLPSystem_getopt_start()
    while true {
      // With ":", getopt_long distinguishes a missing value from an unknown option. With "+", it leaves the options of a command
      // alone.
      let letters = operand?.description.isCommand == true ? "+:h" : ":h"
      let value = unsafe COTLPSystem_getopt_long(count, &argv, letters, long)
      if value == -1 { break }
      tokens.append(try unsafe token(value, argv))
    }
    for position in Int(COTLPSystem_optind())..<Int(count) {
      let text = unsafe argv[position].map { unsafe String(cString: $0) } ?? ""
      tokens.append(.operand(text, position: position - Int(COTLPSystem_optind())))
    }
    return tokens
  }

  private func token(_ value: Int32, _ argv: [UnsafeMutablePointer<CChar>?]) throws(ToolError) -> Token {
    let index = Int(value - Self.firstValue)
    switch value {
    case Int32(UInt8(ascii: "h")), Self.firstValue + Int32(options.count): return .help
    case Int32(UInt8(ascii: ":")):
      let option = options[Int(COTLPSystem_optopt() - Self.firstValue)]
      throw ToolError(.usage, "--\(option.name) needs a value: \(option.description.placeholder ?? "")")
    case _ where options.indices.contains(index):
      let text = unsafe COTLPSystem_optarg().map { unsafe String(cString: $0) } ?? ""
      // The value is an argument of its own, not behind an equals sign.
      let last = Int(COTLPSystem_optind()) - 1
      let isSeparate =
        unsafe argv.indices.contains(last) && COTLPSystem_optarg() == argv[last].map { unsafe UnsafePointer($0) }
      if isSeparate, isOption(text) { throw missingValue(options[index], followedBy: text) }
      return .option(index: index, text: text)
    default:
      let position = max(1, Int(COTLPSystem_optind()) - 1)
      let text = unsafe argv[position].map { unsafe String(cString: $0) } ?? ""
      let what = unknown(text)
      throw ToolError(.usage, "\(what)\(what.hasSuffix("?") ? "" : ";") \(hint)")
    }
  }

  /// True for an option of the command, possibly abbreviated or with a value.
  private func isOption(_ text: String) -> Bool {
    let written = text.prefix { $0 != "=" }
    guard written.hasPrefix("--"), written.count > 2 else { return false }
    return (options.map(\.name) + ["help"]).contains { "--\($0)".hasPrefix(written) }
  }

  private func missingValue(_ option: Option<Settings>, followedBy text: String) -> ToolError {
    let next = text.prefix { $0 != "=" }
    return ToolError(
      .usage,
      "--\(option.name) needs a value: \(option.description.placeholder ?? ""); \(next) is an option, write "
        + "--\(option.name)=\(next) if it is meant")
  }

  private func unknown(_ text: String) -> String {
    let written = String(text.prefix { $0 != "=" })
    let names = (options.map(\.name) + ["help"]).map { "--" + $0 }
    let matches = names.filter { $0 == written || (written.count > 2 && $0.hasPrefix(written)) }
    // getopt_long reports a flag with a value like an unknown option.
    if let flag = matches.first, matches.count == 1, text != written { return "'\(flag)=…': \(flag) takes no value" }
    if matches.count > 1 { return "the option '\(written)' could be \(matches.joined(separator: " or "))" }
    let shown = "unknown option '\(Redaction.shown(written))'"
    return Suggestion.nearest(to: written, among: names).map { "\(shown), did you mean \($0)?" } ?? shown
  }
}
