import { test } from 'node:test';
import { estimatorContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

estimatorContract({ test }, () => myComponent(), { plugins: [plugin] });
