"""How long adapting takes, on numbers that can be checked by eye: a range, a measured speed, and what is left."""

from al_core.workflow.adapting_time import Cost, Course, Minutes, Pace, expected_minutes, keep_pace, known_pace

COST = Cost(learning=100.0, encoding=50.0)


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


def told(course, clock, now, phase, fraction):
    clock.now = now
    whole, message = course.told(phase, fraction, "step")
    return round(whole, 2), message


def test_the_speed_of_the_first_steps_corrects_what_is_left():
    clock = Clock()
    course = Course(COST, clock=clock)
    assert told(course, clock, 0, "learning", 0.0) == (0.0, "step")
    assert told(course, clock, 40, "learning", 0.1) == (0.07, "step")  # loading is no step: no speed yet
    assert told(course, clock, 40.5, "learning", 0.101) == (0.07, "step")  # too short to believe
    # a tenth in 60 seconds: 600 for all of learning, 6 times the cost; so 8 x 60 s are left, and 6 x 50 s of encoding
    assert told(course, clock, 100, "learning", 0.2) == (0.13, "step, about 13 min left")
    # then it gets quicker, half in 140 seconds: 0.4 x 280 s are left, and 2.8 x 50 s of encoding
    assert told(course, clock, 180, "learning", 0.6) == (0.4, "step, about 4 min left")
    course.ended("learning")
    assert told(course, clock, 190, "encoding", 0.2)[1] == "step, about 2 min left"  # by the speed of learning
    assert told(course, clock, 200, "encoding", 0.7) == (0.98, "step, less than a minute left")
    clock.now = 205
    course.ended("encoding")
    assert course.pace() == Pace(180 / 100, 25 / 50)


def test_what_is_known_of_a_computer_is_said_from_the_start():
    clock = Clock()
    course = Course(COST, Pace(3.0, 6.0), clock)
    assert told(course, clock, 1, "learning", 0.0) == (0.0, "step, about 10 min left")


def test_this_computers_pace_is_kept_in_the_workspace(shop, monkeypatch):
    assert known_pace(shop.store) is None
    assert not expected_minutes(shop.store, COST).is_measured
    keep_pace(shop.store, Pace(1.2, 2.4))
    assert expected_minutes(shop.store, COST) == Minutes(4.0, 4.0, True)
    monkeypatch.setattr("platform.node", lambda: "another")
    assert known_pace(shop.store) is None
