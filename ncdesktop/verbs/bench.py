"""`ncdesktop bench`: time the dream by stage on logs of use; start-up, memory, work saved; growth, peers."""

import argparse
from pathlib import Path

from ncdesktop.evaluation.output import check_file, write_figures
from ncdesktop.session import open_session
from ncdesktop.verbs.options import add_device, add_json, add_kernels, add_seed, add_weights, at_least

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    help_ = "threads of the network on a CPU (default: 1, as in the window)"
    parser.add_argument("--threads", type=at_least(1), default=1, metavar="N", help=help_)
    help_ = "also time the dream on this session's input"
    parser.add_argument("--session", type=Path, metavar="DIR", help=help_)
    help_ = "of each log, at most (default: all, 150 to 300)"
    parser.add_argument("--ticks", type=at_least(1), metavar="N", help=help_)
    help_ = "look at the whole screen every tick, in full precision, without the fast path"
    parser.add_argument("--exact", action="store_true", help=help_)
    help_ = "also time what cost grows with: 1024x768, resolution, model size, length of the dream; training"
    parser.add_argument("--growth", action="store_true", help=help_)
    help_ = "also time a diffusion transformer and a UNet of as many parameters, built from diffusers"
    parser.add_argument("--peers", action="store_true", help=help_)
    help_ = "also draw the figures as one picture (PNG)"
    parser.add_argument("--plot", type=Path, metavar="FILE", help=help_)
    add_weights(parser)
    add_device(parser)
    add_kernels(parser)
    add_seed(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> None:
    # torch takes seconds to import: --help and faults of the arguments come first
    import torch

    from ncdesktop.evaluation.bench import bench, start_up, table
    from ncdesktop.evaluation.bench_plot import plot
    from ncdesktop.evaluation.growth import describe_growth, growth, large_logs
    from ncdesktop.evaluation.input_logs import built_in_logs, session_log
    from ncdesktop.evaluation.peers import check_peers, describe_peers, peers
    from ncdesktop.model.neural_world import NeuralWorld
    from ncdesktop.verbs.bench_batch import batch_figures, describe_batch
    from ncdesktop.verbs.bench_emulator import describe, emulator_figures
    from ncdesktop.verbs.bench_serve import describe_serve, serve_figures

    check_file(arguments.json)
    check_file(arguments.plot)
    if arguments.peers:
        check_peers()
    torch.set_num_threads(arguments.threads)
    world = NeuralWorld.from_pretrained(
        arguments.weights,
        device=arguments.device,
        exact=arguments.exact,
        attention=arguments.attention,
        bf16=arguments.bf16,
    )
    logs = built_in_logs(world, ticks=arguments.ticks)
    typical = next(log for log in logs if log.name == "typical")
    if arguments.session:
        logs.append(session_log(open_session(arguments.session), ticks=arguments.ticks))
    found = bench(world, logs, seed=arguments.seed)
    found |= start_up(
        arguments.weights, device=arguments.device, threads=arguments.threads, ticks=arguments.ticks
    )
    found |= emulator_figures(world, logs[-1], seed=arguments.seed)
    found |= batch_figures(world, logs, seed=arguments.seed)
    found |= serve_figures(world, typical, seed=arguments.seed)
    found |= {"device": arguments.device, "threads": arguments.threads, "model": world.model_hash}
    print(f"{table(found)}\n{describe(found)}\n{describe_batch(found)}\n{describe_serve(found)}")
    if arguments.growth:
        found["large"] = large_logs(world, logs, seed=arguments.seed)
        found["growth"] = growth(world, typical, seed=arguments.seed)
        print(f"\n{describe_growth(found)}")
    if arguments.peers:
        found["peers"] = peers(world)
        print(f"\n{describe_peers(found)}")
    write_figures(arguments.json, found)
    if arguments.plot:
        plot(arguments.plot, found)
