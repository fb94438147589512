import TestSupport
import Testing

/// The program of `Tests/ProcessSubject`.
enum Subject {
  static let path = TestFiles.products + "/ProcessSubject"

  static func start(_ scene: String, _ options: [String], prefix: [String] = []) throws -> ChildProcess {
    try ChildProcess(prefix + [path, scene] + options)
  }

  /// Runs a scene and expects success.
  static func run(
    _ scene: String, _ options: [String], prefix: [String] = [], within limit: Duration = .seconds(240)
  ) async throws -> String {
    let process = try start(scene, options, prefix: prefix)
    let code = await process.wait(within: limit)
    #expect(code == 0, "\(scene): \(process.output) \(process.errors)")
    #expect(process.output.hasSuffix("done\n") || process.output.contains("done "), "\(process.output)")
    return process.output
  }
}
