import OTLPTesting
import TelemetryDatabase
import TestSupport
import TestThreads
import Testing

#if SQLite && PostgreSQL
  /// Processes that store in one database, and are killed or forked.
  @Suite(.ownThreads, .serialized)
  struct DatabaseTests {
    enum Kind: String, CaseIterable {
      case sqlite, postgresql
    }

    /// A database for the program's options.
    private final class Database {
      let kind: Kind
      let server: PostgreSQLPeer?
      let folder: String

      init(_ kind: Kind) async throws {
        self.kind = kind
        server = kind == .postgresql ? try await PostgreSQLPeer() : nil
        folder = try TestFiles.makeDirectory()
      }

      deinit { TestFiles.remove(folder) }

      var name: String { server?.url() ?? folder + "/telemetry.sqlite" }
      var option: String { "\(kind.rawValue)=\(name)" }

      /// The number of spans, and that of different ones.
      func counts() async throws -> (all: Int, distinct: Int) {
        let reader = try await TelemetryStore.open(DatabaseName(name))
        let spans = try await reader.allSpans()
        await reader.close()
        return (spans.count, Set(spans.map(\.spanID)).count)
      }
    }

    /// The number that a process printed last.
    private static func exported(_ output: String) -> Int {
      let lines = output.split(separator: "\n").filter { $0.hasPrefix("exported ") }
      return lines.last.flatMap { Int($0.dropFirst(9)) } ?? 0
    }

    @Test("after kills at any moment, what counted as exported stands there, once", arguments: Kind.allCases)
    func kills(kind: Kind) async throws {
      let database = try await Database(kind)
      var counted = 0
      for seed in 1...6 {
        let pair = try (0..<2).map {
          try Subject.start("writer", [database.option, "seed=\(seed * 2 + $0)", "rounds=100000"])
        }
        for process in pair {
          #expect(await Loopback.wait { Self.exported(process.output) >= 400 }, "\(process.errors)")
          process.send(9)
          #expect(await process.wait() == 137)
        }
        counted += pair.map { Self.exported($0.output) }.reduce(0, +)
      }
      _ = try await Subject.run("writer", [database.option, "seed=1", "rounds=1"])
      let (all, distinct) = try await database.counts()
      #expect(all == distinct, "no span stands there twice")
      #expect(all >= counted + 200)
      // A killed process may have stored a batch of which it didn't tell.
      #expect(all <= counted + 200 + 12 * 200)
    }

    @Test("parent and children of forks store in one database", arguments: Kind.allCases, [false, true])
    func forks(kind: Kind, own: Bool) async throws {
      let database = try await Database(kind)
      _ = try await Subject.run("prefork", [database.option, "children=4", "spans=100", "own=\(own ? 1 : 0)"])
      let (all, distinct) = try await database.counts()
      #expect(all == 300 + 4 * 200 && distinct == all)
    }

    @Test("forks while spans are stored: the parent loses none, and children store their own", arguments: Kind.allCases)
    func forkLoop(kind: Kind) async throws {
      let database = try await Database(kind)
      _ = try await Subject.run("fork-loop", [database.option, "forks=60", "threads=2"], within: .seconds(120))
      let (all, distinct) = try await database.counts()
      #expect(all > 0 && distinct == all)
    }
  }
#endif
