import { test } from 'node:test';
import { scoreContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

scoreContract({ test }, () => myComponent(), { plugins: [plugin] });
