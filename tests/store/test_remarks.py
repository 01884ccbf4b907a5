"""Comments and flags: append-only, stored once, the last flag holds."""

import uuid


def one_id() -> str:
    return str(uuid.uuid4())


def test_comments_come_back_in_order_with_their_people(team):
    remarks, twice = team.store.remarks, one_id()
    for _ in range(2):
        remarks.add_comment(twice, team.project.project_id, 3, team.ann.person_id, "is this spam? 😀")
    remarks.add_comment(one_id(), team.project.project_id, 3, team.bo.person_id, "no")
    found = remarks.comments(team.project.project_id, [2, 3])
    assert {number: [(c.person, c.text) for c in comments] for number, comments in found.items()} == {
        3: [("Ann", "is this spam? 😀"), ("Bo", "no")]
    }
    assert found[3][0].comment_id == twice


def test_the_last_flag_of_a_record_holds_whoever_set_it(team):
    def flag(record_no, person, is_set, flag_id=None, task=team.task):
        team.store.remarks.set_flag(flag_id or one_id(), task.task_id, record_no, person.person_id, is_set=is_set)

    first = one_id()
    flag(1, team.ann, True, first)
    flag(4, team.ann, True)
    flag(2, team.ann, True, task=team.spans)
    assert team.store.remarks.flagged(team.task.task_id).tolist() == [4, 1]
    flag(1, team.bo, False)
    flag(1, team.ann, True, first)  # the same act once more, late
    assert team.store.remarks.flagged(team.task.task_id).tolist() == [4]
