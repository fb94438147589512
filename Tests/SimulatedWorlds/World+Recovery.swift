import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

extension WorldPlan {
  /// True if an export can succeed in time when all faults are over.
  var canRecover: Bool {
    let isPatient = client.timeout == .zero || client.timeout >= .seconds(5)
    let hasRoom = batch.maxQueueSize >= 20 && batch.maxQueueBytes >= 20_000 && client.maxResponseSize >= 5
    return isPatient && hasRoom && batch.exportTimeout >= .seconds(8) && !usesExporterDirectly && poison == nil
      && large == nil
      && (client.retry.maxAttempts ?? 2) > 1
  }
}

// When all faults are over, the pipeline must recover.
extension World {
  func recoverAndDeliver() async throws {
    try await heal()
    guard await waitForRecovery() else { return }
    // The only connection may be to a former server of a name. Then the back-off of the others must end first.
    if plan.client.loadBalancing == .roundRobin { await simulation.sleep(.seconds(150)) }
    for _ in 0..<2 {
      await interrupt()
      await deliver(10, within: .seconds(4), "after an interruption")
      removeScripts()
    }
    await deliver(20, within: .seconds(1), "in calm weather")
    await checkBalancing()
  }

  /// Ends all faults: replaces each server, and makes each link sound.
  private func heal() async throws {
    certificates?.restore()
    tokens?.settle()
    for server in servers {
      server.removeScripts()
      await server.stop()
    }
    simulation.network.cutConnections()
    simulation.network.planConnections { _, _, _ in .link(SimulatedLink()) }
    var sound = LoopbackCollector.Configuration()
    (sound.keptSpans, sound.keptRequests, sound.readsSpanIDs) = (0, 0, true)
    sound.maxConcurrentStreams = simulation.draw(in: 1...3)
    sound.acceptsGzip = plan.servers[0].acceptsGzip
    servers = []
    for address in plan.served { servers.append(try await server(sound, on: address, scripted: false)) }
    restoreNames()
  }

  /// Waits until exports succeed again: the back-off of a connection and the pause of a server may be long.
  private func waitForRecovery() async -> Bool {
    var successes = 0
    for _ in 0..<60 {
      let before = processor?.ledger.exported ?? 0
      end(1)
      _ = await flush(within: .seconds(60))
      // The first success may be of an export that started before, so a second one is needed.
      successes = processor.map { $0.ledger.exported > before } == true ? successes + 1 : 0
      if successes == 2 { return true }
      // A pause that exceeds the time of a batch ends the batch at once.
      if successes == 0 { await simulation.sleep(.seconds(20)) }
    }
    faults.append("the pipeline doesn't recover")
    return false
  }

  /// Removes scripted responses that were not used.
  func removeScripts() {
    for server in servers {
      server.removeScripts()
      server.onRequest(requestCheck())
    }
  }

  private func interrupt() async {
    switch simulation.draw(in: 0...4) {
    // On the same connection, a refused stream must not count as open.
    case 4:
      // With round_robin, refusals of all servers would be more than an export retries.
      let refusing = plan.client.loadBalancing == .roundRobin ? [randomServer] : servers
      for server in refusing { server.script(.reset(.refusedStream), .reset(.refusedStream, at: .headers)) }
    case 0: simulation.network.cutConnections()
    case 1: for server in servers { await server.goAway(lastStream: .current) }
    case 2: for server in servers { await server.goAway(lastStream: .all) }
    default:
      for server in servers { await server.stop() }
      for server in servers {
        do { try await server.restart() } catch { faults.append("a server can't be restarted: \(error)") }
      }
    }
    await simulation.sleep(simulation.draw { $0.duration(in: .zero ... .milliseconds(500)) })
  }

  func deliver(_ count: Int, within limit: Duration, _ when: String) async {
    let (before, start) = (processor?.ledger ?? Ledger(), simulation.now)
    end(count)
    let report = await flush(within: .seconds(60))
    let exported = report.ledger.exported - before.exported
    if !report.isDelivered || exported < count {
      faults.append("\(when) \(exported) of \(count) spans were delivered: \(report.ledger)")
    }
    if simulation.now - start > limit {
      faults.append("\(when) delivery took \(simulation.now - start), not \(limit)")
    }
  }
}
