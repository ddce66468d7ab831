import { expect, it } from 'vitest';
import { fuseActivations } from './fused-activations.ts';
import type { GraphNode } from './graph.ts';
import './test-helpers.ts';

const node = (name: string, op: string, ...inputs: string[]): GraphNode => ({ name, op, inputs, attributes: [] });
const forward = node('y', 'EspalierBatchNormalization', 'x', 'scale', 'offset');
const backward = node('dx', 'EspalierBatchNormalizationGrad', 'dy', 'x', 'scale', 'y:3', 'y:4', 'offset');
const before = [node('x', 'Placeholder'), node('scale', 'Placeholder'), node('offset', 'Placeholder'), node('dr', 'Placeholder'), forward];
const relu = node('r', 'Relu6', 'y');
const reluGrad = node('dy', 'Relu6Grad', 'dr', 'r');

/** Name, inputs, and whether it does an activation, of each node that isn't a placeholder. */
const fused = (nodes: GraphNode[], returned: string[]): string[] =>
  fuseActivations(nodes, returned)
    .filter(({ op }) => op !== 'Placeholder')
    .map(({ name, inputs, attributes }) => `${name}(${inputs})${attributes.length > 0 ? '*' : ''}`);
const unchanged = (nodes: GraphNode[]): string[] =>
  fused(
    nodes,
    nodes.map(({ name }) => name),
  );

it('has the normalization do the activation, and its gradient that of the activation', () => {
  const nodes = [...before, relu, node('z', 'Conv2D', 'r'), reluGrad, backward];
  expect(fused(nodes, ['z:0', 'dx:0'])).toEqual(['y(x,scale,offset)*', 'z(y)', 'dx(dr,x,scale,y:3,y:4,offset)*']);
});

it('leaves an activation whose input is read by something else, or returned', () => {
  const nodes = [...before, relu, node('z', 'AddV2', 'r', 'y')];
  expect(fused(nodes, ['z:0'])).toEqual(unchanged(nodes));
  expect(fused([...before, relu], ['r:0', 'y:0'])).toEqual(unchanged([...before, relu]));
});

it('leaves an activation that is returned', () => {
  expect(fused([...before, relu], ['r:0'])).toEqual(unchanged([...before, relu]));
});

it('keeps the gradient of the activation where it is read by something else, returned, or goes into another normalization', () => {
  const nodes = [...before, relu, reluGrad, backward];
  const kept = ['y(x,scale,offset)*', 'dy(dr,y)', 'dx(dy,x,scale,y:3,y:4,offset)'];
  expect(fused(nodes, ['dy:0', 'dx:0'])).toEqual(kept);
  expect(fused([...nodes, node('z', 'Neg', 'dy')], ['z:0', 'dx:0'])).toEqual([...kept, 'z(dy)']);
  const other = { ...backward, inputs: ['dy', 'x', 'scale', 'w:3', 'w:4', 'offset'] };
  expect(fused([...before, relu, reluGrad, other], ['dx:0'])).toEqual([...kept.slice(0, 2), 'dx(dy,x,scale,w:3,w:4,offset)']);
});
