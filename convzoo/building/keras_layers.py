"""Our own layers that Keras does not have, as real Keras layers.

Import this module before `keras.saving.load_model` meets one of them in a file. It and its families
are the one place where a framework is imported with the module: the layers are subclasses of
Keras's.
"""

from __future__ import annotations

from convzoo.building.keras_lenet import ConnectionTableConv2D as ConnectionTableConv2D
from convzoo.building.keras_lenet import EuclideanRBF as EuclideanRBF
from convzoo.building.keras_lenet import TrainableSubsampling2D as TrainableSubsampling2D
from convzoo.building.keras_lenet import penalty_accuracy as penalty_accuracy
from convzoo.building.keras_lenet import penalty_loss as penalty_loss
from convzoo.building.keras_lenet import scaled_tanh as scaled_tanh
from convzoo.building.keras_pooling import L2Pooling1D as L2Pooling1D
from convzoo.building.keras_pooling import L2Pooling2D as L2Pooling2D
from convzoo.building.keras_pooling import L2Pooling3D as L2Pooling3D
