import { describe, expect, it } from 'vitest';
import type { Benchmark } from './benchmark.ts';
import { parseCommand, usage } from './command.ts';

const benchmark = (name: string): Benchmark => ({
  name,
  summary: `about ${name}`,
  threads: 3,
  run: async () => ({ versions: {}, parts: [] }),
});
const benchmarks = [benchmark('step'), benchmark('masks')];

describe('parseCommand', () => {
  it('takes the name of a benchmark, whose threads are the default', () => {
    expect(parseCommand(['masks'], benchmarks)).toEqual({ do: 'measure', benchmark: benchmarks[1], json: false, threads: 3 });
  });

  it('takes every flag', () => {
    const args = ['step', '--json', '--rounds', '9', '--threads', '1', '--only', 'lenet', '--patience', '0'];
    const expected = { do: 'measure', benchmark: benchmarks[0], json: true, rounds: 9, threads: 1, only: 'lenet', patience: 0 };
    expect(parseCommand(args, benchmarks)).toEqual(expected);
  });

  it('knows setup and help', () => {
    expect(parseCommand(['setup'], benchmarks)).toEqual({ do: 'setup' });
    expect(parseCommand(['--help'], benchmarks)).toEqual({ do: 'help' });
  });

  it.each([[[]], [['stepp']], [['step', 'masks']]])('refuses %j with the names that there are', (args) => {
    expect(() => parseCommand(args, benchmarks)).toThrow('step, masks; or setup');
  });

  it.each([
    [['step', '--fast'], '--fast'],
    [['step', '--rounds', '5'], '6'],
    [['step', '--threads', '0'], '1'],
    [['step', '--threads', 'two'], 'two'],
  ])('refuses %j', (args, named) => {
    expect(() => parseCommand(args, benchmarks)).toThrow(named);
  });
});

it('lists every benchmark in the usage', () => {
  expect(usage(benchmarks)).toContain('about masks');
});
