import { test } from 'node:test';
import { thresholdSourceContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

thresholdSourceContract({ test }, () => myComponent(), { plugins: [plugin] });
