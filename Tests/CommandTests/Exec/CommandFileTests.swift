import Glibc
import TestSupport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct CommandFileTests {
  @Test("the first executable file of the search path is found")
  func search() throws {
    let (first, second) = (try TestFiles.makeDirectory(), try TestFiles.makeDirectory())
    defer { for folder in [first, second] { TestFiles.remove(folder) } }
    let path = "/no/such/folder:\(first):\(second)"
    #expect(CommandFile.path(of: "tool", searchPath: path) == nil)
    try TestFiles.write("", to: second + "/tool")
    #expect(CommandFile.path(of: "tool", searchPath: path) == nil, "it isn't executable")
    chmod(second + "/tool", 0o755)
    #expect(CommandFile.path(of: "tool", searchPath: path) == second + "/tool")
    mkdir(first + "/tool", 0o755)
    #expect(CommandFile.path(of: "tool", searchPath: path) == second + "/tool", "a folder is no program")
    rmdir(first + "/tool")
    #expect(CommandFile.path(of: second + "/tool", searchPath: nil) == second + "/tool")
    #expect(CommandFile.path(of: second + "/other", searchPath: nil) == nil)
    #expect(CommandFile.path(of: "sh", searchPath: nil) == "/bin/sh")
    #expect(CommandFile.path(of: "", searchPath: path) == nil)
  }

  @Test func aPathBecomesAbsolute() {
    #expect(CommandFile.absolute("/bin/sh") == "/bin/sh" && CommandFile.absolute("no/such/file") == nil)
    #expect(CommandFile.absolute(".")?.hasPrefix("/") == true)
  }
}
