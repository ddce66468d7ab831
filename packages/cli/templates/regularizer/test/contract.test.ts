import { test } from 'node:test';
import { regularizerContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

regularizerContract({ test }, () => myComponent({ lambda: 0.1 }), { plugins: [plugin] });
